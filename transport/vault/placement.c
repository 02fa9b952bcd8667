/*
 * placement: knows the ranks.
 */
#include "transport/vault/placement.h"

#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "transport/vault/ledger_record.h"

/* Is the holder's domain one of those before it in the list? */
static bool domain_seen(const vv_placeable *holders, const size_t *chosen, size_t count,
			const char *domain)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(holders[chosen ? chosen[i] : i].domain, domain) == 0) {
			return true;
		}
	}
	return false;
}

size_t vv_domain_count(const vv_placeable *holders, size_t count)
{
	size_t domains = 0;

	for (size_t i = 0; i < count; i++) {
		domains += !domain_seen(holders, NULL, i, holders[i].domain);
	}
	return domains;
}

static int compare_ranks(const vv_cid *shard, const uint8_t *a, const uint8_t *b)
{
	uint8_t bytes[32 + VV_HOLDER_ID], rank[2][VV_SHA256_LEN];
	const uint8_t *ids[2] = {a, b};
	vv_error ignored;

	memset(rank, 0, sizeof(rank));
	memcpy(bytes, shard->digest, 32);
	for (size_t i = 0; i < 2; i++) {
		memcpy(bytes + 32, ids[i], VV_HOLDER_ID);
		(void)vv_sha256(rank[i], bytes, sizeof(bytes), &ignored);
	}
	return memcmp(rank[0], rank[1], VV_SHA256_LEN);
}

size_t vv_placement(size_t *out, const vv_cid *shard, const vv_placeable *holders, size_t count)
{
	size_t chosen = 0;

	/* A holder's list is short: the best first, by insertion. */
	for (size_t i = 0; i < count; i++) {
		size_t at = i;
		while (at > 0 && compare_ranks(shard, holders[i].id, holders[out[at - 1]].id) > 0) {
			out[at] = out[at - 1];
			at--;
		}
		out[at] = i;
	}
	for (size_t i = 0; i < count; i++) {
		if (!domain_seen(holders, out, chosen, holders[out[i]].domain)) {
			out[chosen++] = out[i];
		}
	}
	return chosen;
}
