/*
 * unixfs_tree: when a node is complete: once one more link comes, or the file ends.
 */
#include "transport/ipfs/unixfs_tree.h"

#include <assert.h>

#include "base/sys.h"

typedef struct level {
	vv_unixfs_link *links; /* VV_UNIXFS_WIDTH; NULL: nothing came so high */
	size_t count;
} level;

struct vv_unixfs_tree {
	vv_unixfs_node_fn fn;
	void *payload;
	level levels[VV_UNIXFS_HEIGHT + 1]; /* 0: leaves */
	vv_buf node;
};

vv_unixfs_tree *vv_unixfs_tree_new(vv_unixfs_node_fn fn, void *payload)
{
	vv_unixfs_tree *t = vv_calloc(1, sizeof(*t));

	if (t) {
		t->fn = fn;
		t->payload = payload;
	}
	return t;
}

void vv_unixfs_tree_free(vv_unixfs_tree *t)
{
	if (t) {
		for (unsigned h = 0; h <= VV_UNIXFS_HEIGHT; h++) {
			vv_free(t->levels[h].links);
		}
		vv_buf_clear(&t->node);
		vv_free(t);
	}
}

/* The links of a height become a node. */
static vv_status make_node(vv_unixfs_tree *t, unsigned h, vv_unixfs_link *out, vv_error *err)
{
	level *v = &t->levels[h];
	vv_status rc;

	vv_buf_reset(&t->node);
	if ((rc = vv_unixfs_node_encode(&t->node, v->links, v->count, err)) < 0 ||
	    (rc = vv_cid_of(&out->cid, VV_CODEC_DAG_PB, t->node.data, t->node.len, err)) < 0) {
		return rc;
	}
	out->bytes = 0;
	out->total = t->node.len;
	for (size_t i = 0; i < v->count; i++) {
		out->bytes += v->links[i].bytes; /* their sum was checked when it was written */
		if (__builtin_add_overflow(out->total, v->links[i].total, &out->total)) {
			return vv_fail(err, VV_EREFUSED, "a file of more than 2^64 bytes");
		}
	}
	v->count = 0;
	return t->fn ? t->fn(t->payload, out, h + 1, err) : VV_OK;
}

static vv_status append(vv_unixfs_tree *t, unsigned h, const vv_unixfs_link *link, vv_error *err)
{
	vv_unixfs_link up, item = *link;
	vv_status rc;

	/* A full node goes up, which may fill the next one. */
	while (t->levels[h].count == VV_UNIXFS_WIDTH) {
		if ((rc = make_node(t, h, &up, err)) < 0) return rc;
		t->levels[h].links[t->levels[h].count++] = item;
		item = up;
		if (++h > VV_UNIXFS_HEIGHT) {
			return vv_fail(err, VV_EREFUSED, "a file of too many leaves");
		}
	}
	if (!t->levels[h].links &&
	    !(t->levels[h].links = vv_calloc(VV_UNIXFS_WIDTH, sizeof(*t->levels[h].links)))) {
		return vv_fail_nomem(err);
	}
	t->levels[h].links[t->levels[h].count++] = item;
	return VV_OK;
}

vv_status vv_unixfs_tree_add(vv_unixfs_tree *t, const vv_unixfs_link *leaf, vv_error *err)
{
	return append(t, 0, leaf, err);
}

vv_status vv_unixfs_tree_finish(vv_unixfs_tree *t, vv_unixfs_link *root, vv_error *err)
{
	vv_unixfs_link up;
	vv_status rc;
	unsigned h = 0;

	assert(t->levels[0].count > 0);
	for (;;) {
		bool top = h == VV_UNIXFS_HEIGHT || !t->levels[h + 1].links;

		if (top && t->levels[h].count == 1) {
			*root = t->levels[h].links[0];
			return VV_OK;
		}
		if (h == VV_UNIXFS_HEIGHT) {
			return vv_fail(err, VV_EREFUSED, "a file of too many leaves");
		}
		if ((rc = make_node(t, h, &up, err)) < 0 || (rc = append(t, h + 1, &up, err)) < 0) {
			return rc;
		}
		h++;
	}
}
