/*
 * code: the code of a stripe, such as "4+2": its number of data shards, and its number of parity
 * shards.
 */
#ifndef VV_CMD_VAULT_HOLD_CODE_H
#define VV_CMD_VAULT_HOLD_CODE_H

#include <stdbool.h>
#include <stdint.h>

#define VV_STRIPE_MAX 32u /* the greatest number of shards in a stripe, data and parity */

/* The code K+M: data is K, parity is M. data 0: no code. */
typedef struct vv_code {
	uint32_t data, parity;
} vv_code;

/* Returns true if the code is valid: at least two data shards, at least one parity shard, and at
 * most VV_STRIPE_MAX shards together. */
bool vv_code_valid(uint64_t data, uint64_t parity);
/* Reads a code such as "4+2". False: the text is not a valid code. */
bool vv_code_parse(vv_code *out, const char *text);
/* Returns the number of all shards of a stripe. */
static inline unsigned vv_code_shards(vv_code c)
{
	return c.data + c.parity;
}

#endif
