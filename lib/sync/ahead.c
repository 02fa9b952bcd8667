/*
 * ahead: follows a list from one link of a node to the next, and on in the node after it.
 */
#include "lib/sync/ahead.h"

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"

#define NODES 1024u /* of which the links are known; of a table of 80,000 groups at least */
#define GROWTH 4u
/* Number of nodes to fetch at once: the links of a node are read before the next node, so more would be dropped
 * until then. */
#define NODES_AT_ONCE 8u

typedef struct node {
	vv_cids links;
	size_t until;  /* links before this one were requested, the last time `window` of them */
	size_t window; /* the size of the last request; 0: none yet */
} node;

struct vv_ahead {
	node nodes[NODES];
	size_t next;   /* index of the next node; replaces the oldest */
	node *last[2]; /* of which a node was requested, and a leaf; NULL */
	size_t blocks, bytes;
	uint64_t expected; /* leaves, of those that were announced; 0: it is not known how many */
};

vv_ahead *vv_ahead_new(void)
{
	return vv_calloc(1, sizeof(vv_ahead));
}

void vv_ahead_free(vv_ahead *a)
{
	if (a) {
		vv_array_each(a->nodes, NODES, it) {
			vv_cids_clear(&it->links);
		}
		vv_free(a);
	}
}

vv_status vv_ahead_came(vv_ahead *a, const vv_cid *cid, const void *bytes, size_t len,
			vv_error *err)
{
	node *n = &a->nodes[a->next];

	a->blocks++;
	a->bytes += len;
	if (cid->codec != VV_CODEC_DAG_CBOR) return VV_OK;
	for (size_t i = 0; i < 2; i++) {
		a->last[i] = a->last[i] == n ? NULL : a->last[i];
	}
	n->links.count = n->until = n->window = 0;
	a->next = (a->next + 1) % NODES;
	return vv_cbor_links(bytes, len, vv_cids_add, &n->links, err);
}

static node *find_link(vv_ahead *a, const vv_cid *cid, size_t *at)
{
	for (size_t i = 1; i <= NODES; i++) {
		node *n = &a->nodes[(a->next + NODES - i) % NODES];
		for (*at = 0; *at < n->links.count; ++*at) {
			if (vv_cid_equal(&n->links.items[*at], cid)) return n;
		}
	}
	return NULL;
}

void vv_ahead_expect(vv_ahead *a, uint64_t leaves)
{
	a->expected = leaves;
}

/* How many from this link on. */
static size_t window_at(const vv_ahead *a, const node *n, size_t at, bool leaf)
{
	const node *before = at == 0 && n->window == 0 ? a->last[leaf] : NULL;
	size_t most = VV_AHEAD_BYTES / (a->bytes / (a->blocks + 1) + 1);
	size_t window = 1;

	if (n->window > 0 && at == n->until) {
		window = n->window * GROWTH;
	} else if (before && before != n && before->until == before->links.count &&
		   before->window > 0) {
		window = before->window * GROWTH; /* it was read to its end */
	}
	if (leaf && a->expected > 0 && a->expected < most) {
		most = (size_t)a->expected;
	}
	if (!leaf && most > NODES_AT_ONCE) {
		most = NODES_AT_ONCE;
	}
	most = most < VV_AHEAD_MAX ? most : VV_AHEAD_MAX;
	if (window < most) return window;
	return most > 0 ? most : 1;
}

/* The node that came after it, of which nothing was requested: in a list it follows. NULL. */
static node *find_next(vv_ahead *a, const node *n)
{
	const size_t at = ((size_t)(n - a->nodes) + 1) % NODES;
	node *m = &a->nodes[at];

	return at != a->next && m->links.count > 0 && m->until == 0 &&
			       m->links.items[0].codec == VV_CODEC_RAW
		       ? m
		       : NULL;
}

size_t vv_ahead_of(vv_ahead *a, const vv_cid *cid, vv_cid out[VV_AHEAD_MAX], bool *guess)
{
	const bool leaf = cid->codec == VV_CODEC_RAW;
	size_t at, count = 0;
	node *n = find_link(a, cid, &at);

	*guess = true;
	out[0] = *cid;
	if (!n) return 1;
	size_t window = window_at(a, n, at, leaf);
	*guess = window == 1;
	for (node *next = n; next; at = 0) {
		for (n = next; count < window && at < n->links.count; at++) {
			out[count++] = n->links.items[at];
		}
		n->until = at;
		n->window = window;
		next = leaf && count < window ? find_next(a, n) : NULL;
	}
	a->last[leaf] = n;
	if (leaf && a->expected > 0) {
		a->expected -= count;
		n->window = a->expected > 0 ? window : 0; /* it begins again */
	}
	return count;
}
