# suggests: write `8501`
ports {
  http = "8501"
}
