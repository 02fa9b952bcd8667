/*
 * code: parses the code of a stripe (cmd/vault/sealed/stripe.h), such as "4+2": its numbers of data
 * shards and parity shards.
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

/* Returns true if the code with these numbers of data shards and parity shards is valid. A code has
 * at least two data shards, at least one parity shard, and at most VV_STRIPE_MAX shards together. */
bool vv_code_valid(uint64_t data, uint64_t parity);
/* Parses text as a code such as "4+2", and sets *out. If text is not a valid code, returns false, and
 * leaves *out unchanged. */
bool vv_code_parse(vv_code *out, const char *text);
/* Returns the number of all shards of a stripe with the code c. */
static inline unsigned vv_code_shards(vv_code c)
{
	return c.data + c.parity;
}

#endif
