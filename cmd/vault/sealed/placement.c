/*
 * placement: computes ranks, and separates the shards of a stripe.
 */
#include "cmd/vault/sealed/placement.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/sys.h"
#include "cmd/vault/hold/ledger_record.h"

/* Is the holder's domain one of those before it in the list? */
static bool domain_seen(const vv_placeable *holders, const size_t *chosen, size_t count,
			const char *domain)
{
	return *domain &&
	       vv_array_find(chosen, count, at, strcmp(holders[*at].domain, domain) == 0);
}

static int compare_ranks(const vv_cid *shard, const uint8_t *a, const uint8_t *b)
{
	uint8_t bytes[32 + VV_HOLDER_ID], rank[2][VV_SHA256_LEN] = {0};
	const uint8_t *ids[2] = {a, b};

	memcpy(bytes, shard->digest, 32);
	for (size_t i = 0; i < 2; i++) {
		memcpy(bytes + 32, ids[i], VV_HOLDER_ID);
		(void)vv_sha256(rank[i], bytes, sizeof(bytes), VV_IGNORED);
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

/* --- shards of a stripe ---------------------------------------------------------------------- */

typedef struct matching {
	const bool *const *has;
	const vv_placeable *holders;
	size_t *out;
	size_t count;
	size_t *domain; /* of a holder: the first holder that is in it */
	size_t *owner;  /* of a domain: the shard that counts there */
	size_t *from,
		*with; /* of a domain that was reached: which shard would come, at which holder */
	size_t *queue; /* shards that may have to move */
} matching;

/* Along the way that led to a free domain each shard moves on by one. */
static void move_along(matching *m, size_t domain)
{
	while (domain != SIZE_MAX) {
		const size_t shard = m->from[domain];
		const size_t before = m->out[shard];
		m->owner[domain] = shard;
		m->out[shard] = m->with[domain];
		domain = before == SIZE_MAX ? SIZE_MAX : m->domain[before];
	}
}

/* A domain for one more shard, others giving way to it where they have another holder. */
static void place_apart(matching *m, size_t shard)
{
	size_t end = 0;

	for (size_t i = 0; i < m->count; i++) {
		m->from[i] = SIZE_MAX;
	}
	m->queue[end++] = shard;
	for (size_t at = 0; at < end; at++) {
		for (size_t h = 0; h < m->count; h++) {
			const size_t d = m->domain[h];
			if (!m->has[m->queue[at]][h] || m->from[d] != SIZE_MAX) {
				continue;
			}
			m->from[d] = m->queue[at];
			m->with[d] = h;
			if (m->owner[d] == SIZE_MAX) {
				move_along(m, d);
				return;
			}
			m->queue[end++] = m->owner[d];
		}
	}
}

vv_status vv_placement_apart(size_t *out, const bool *const *has, size_t shards,
			     const vv_placeable *holders, size_t count, vv_error *err)
{
	vv_auto_free size_t *room = vv_calloc(4 * count + shards + count + 1, sizeof(*room));

	if (!room) return vv_fail_nomem(err);
	matching m = {.has = has,
		      .holders = holders,
		      .out = out,
		      .count = count,
		      .domain = room,
		      .owner = room + count,
		      .from = room + 2 * count,
		      .with = room + 3 * count,
		      .queue = room + 4 * count};
	for (size_t h = 0; h < count; h++) {
		m.domain[h] = h;
		m.owner[h] = SIZE_MAX;
		for (size_t first = h; first > 0 && *holders[h].domain; first--) {
			if (strcmp(holders[first - 1].domain, holders[h].domain) == 0) {
				m.domain[h] = m.domain[first - 1];
			}
		}
	}
	vv_array_each(out, shards, at) {
		*at = SIZE_MAX;
	}
	for (size_t i = 0; i < shards; i++) {
		place_apart(&m, i);
	}
	return VV_OK;
}
