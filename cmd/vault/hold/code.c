/*
 * code: its bounds, and how it is written.
 */
#include "cmd/vault/hold/code.h"

#include <string.h>

#include "base/text.h"

bool vv_code_valid(uint64_t data, uint64_t parity)
{
	return data >= 2 && data < VV_STRIPE_MAX && parity >= 1 && parity <= VV_STRIPE_MAX - data;
}

bool vv_code_parse(vv_code *out, const char *text)
{
	const size_t len = strlen(text), digits = strspn(text, "0123456789");
	uint64_t data, parity;

	if (text[digits] != '+' || !vv_parse_u64(&data, text, digits) ||
	    !vv_parse_u64(&parity, text + digits + 1, len - digits - 1) ||
	    !vv_code_valid(data, parity)) {
		return false;
	}
	*out = (vv_code){(uint32_t)data, (uint32_t)parity};
	return true;
}
