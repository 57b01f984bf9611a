#pragma once

#include <string>

namespace codegen_value {

// Adds a text as a JSON string; returns whether it was UTF-8.
bool quote(std::string& to, const std::string& text);

}  // namespace codegen_value
