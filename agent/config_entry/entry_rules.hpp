#pragma once

#include "agent/base/result.hpp"
#include "agent/config_entry/entry.hpp"
#include "agent/config_entry/entry_fault.hpp"

// The rules that an entry must keep by itself. What it must keep together with others is in
// set_check.hpp.
namespace weft::agent {

// Fills in what Consul fills in before it stores an entry: the only name of proxy-defaults and
// mesh, words in one spelling, default protocols, precedences.
void normalize(ConfigEntry& entry);

// Of a normalized entry. The error's context names the field by its path and says what it may be;
// where Consul's text is known it is Consul's, and only fault, when given, tells the field.
Result<void> validate(const ConfigEntry& entry, EntryFault* fault = nullptr);

// Both, of an entry as it was written, and so is the fault: intentions are sorted in between.
Result<void> prepare(ConfigEntry& entry, EntryFault* fault = nullptr);

}  // namespace weft::agent
