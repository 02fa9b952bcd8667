/*
 * code: the numbers of full and of parity shards in a stripe: "4+2".
 */
#ifndef VV_CMD_VAULT_HOLD_CODE_H
#define VV_CMD_VAULT_HOLD_CODE_H

#include <stdbool.h>
#include <stdint.h>

#define VV_STRIPE_MAX 32u /* shards of one, parity and all */

/* K+M; data 0: none. */
typedef struct vv_code {
	uint32_t data, parity;
} vv_code;

/* At least two shards, at least one of parity, VV_STRIPE_MAX together at most. */
bool vv_code_valid(uint64_t data, uint64_t parity);
/* "4+2". */
bool vv_code_parse(vv_code *out, const char *text);
static inline unsigned vv_code_shards(vv_code c)
{
	return c.data + c.parity;
}

#endif
