// How long the UTF-8 sequence at a place is.
#pragma once

namespace codegen_value {

// Returns its length in bytes, or 0 where it is not one that Unicode allows.
inline unsigned utf8_length(const unsigned char* at, unsigned long left) {
    if (at[0] < 0x80) return 1;
    const unsigned length = at[0] < 0xC2 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : at[0] < 0xF5 ? 4 : 0;
    if (length == 0 || length > left) return 0;
    for (unsigned i = 1; i < length; ++i) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    const bool overlong = (at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xF0 && at[1] < 0x90);
    const bool none = (at[0] == 0xED && at[1] > 0x9F) || (at[0] == 0xF4 && at[1] > 0x8F);
    return overlong || none ? 0 : length;
}

}  // namespace codegen_value
