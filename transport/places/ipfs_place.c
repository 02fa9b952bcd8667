/*
 * ipfs_place: blocks have neither folders nor ranges.
 */
#include "transport/places/place_kinds.h"

#include <string.h>

#include "base/sys.h"
#include "transport/places/place_quota.h"
#include "transport/places/rpc_blocks.h"
#include "transport/places/rpc_url.h"

#define SCHEME "ipfs+"
#define BLOCK_MAX ((size_t)1 << 20) /* Kubo takes no larger ones */

typedef struct node {
	vv_rpc_blocks *blocks;
	vv_place_quota quota;
	bool (*ours)(uint64_t size); /* NULL: any size may be */
	vv_buf block;                /* the last one that was asked for */
	vv_cid cid;                  /* its CID, while it is kept */
	bool kept;
	uint64_t moved;
} node;

/* The block that a name means: "<CID>", in whatever folder. */
static vv_status read_name(vv_cid *out, const char *name, vv_error *err)
{
	const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;

	return vv_cid_parse(out, last, strlen(last), VV_IGNORED) == VV_OK
		       ? VV_OK
		       : vv_fail(err, VV_ENOSUPPORT,
				 "an IPFS node keeps only objects named by their CID");
}

/* There are no ranges. Who asks for one part of a block often asks for another: the block that came for the first is kept
 * for the second, and for nothing else. All that came is hashed, the part or not: who audits a node sees every byte of
 * what it moved. */
static vv_status ipfs_get(void *payload, const char *name, uint64_t from, uint64_t len, vv_buf *out,
			  vv_error *err)
{
	node *n = payload;
	vv_buf *whole = &n->block;
	vv_cid cid, is;
	vv_status rc;

	if ((rc = read_name(&cid, name, err)) < 0) return rc;
	if (!n->kept || !vv_cid_equal(&cid, &n->cid)) {
		n->kept = false;
		vv_buf_reset(whole);
		if ((rc = vv_rpc_block_get(n->blocks, &cid, BLOCK_MAX, whole, err)) < 0) return rc;
		n->moved += whole->len;
		if ((rc = vv_cid_of(&is, VV_CODEC_RAW, vv_buf_cstr(whole), whole->len, err)) < 0) {
			return rc;
		}
		if (!vv_cid_equal(&is, &cid)) {
			return vv_fail(err, VV_ECORRUPT, "it sent other bytes for the block %s",
				       vv_cid_shows(&cid));
		}
		n->kept = len < whole->len;
		n->cid = cid;
	} else {
		n->kept = false;
	}
	if (from < whole->len) {
		vv_buf_put(out, whole->data + from,
			   whole->len - from < len ? whole->len - (size_t)from : (size_t)len);
	}
	return vv_buf_ok(out, err);
}

typedef struct listing {
	node *n;
	vv_listed_fn fn;
	void *to;
} listing;

static vv_status on_pin(void *payload, const vv_cid *cid, vv_error *err)
{
	const listing *l = payload;
	char text[VV_CID_TEXT + 1];
	uint64_t size;
	vv_status rc = vv_rpc_block_size(l->n->blocks, cid, &size, err);

	if (rc == VV_ENOTFOUND) {
		return VV_OK; /* pinned, and gone */
	}
	if (rc < 0 || (l->n->ours && !l->n->ours(size))) return rc;
	vv_cid_text(text, cid);
	const vv_listed e = {.name = text, .size = size};
	return l->fn(l->to, &e, err);
}

/* In any folder lies all that there is. */
static vv_status ipfs_list(void *payload, const char *folder VV_UNUSED, vv_listed_fn fn, void *to,
			   vv_error *err)
{
	listing l = {payload, fn, to};

	return vv_rpc_pins_list(l.n->blocks, on_pin, &l, err);
}

static vv_status ipfs_remove(void *payload, const char *name, vv_error *err)
{
	node *n = payload;
	vv_cid cid;
	vv_status rc = read_name(&cid, name, err);

	n->quota.counted = false;
	return rc < 0 ? rc : vv_rpc_pin_remove(n->blocks, &cid, err);
}

static uint64_t ipfs_moved(void *payload)
{
	const node *n = payload;
	return n->moved;
}

/* Kubo's new nodes do not sync blocks since 0.33: what was put a moment ago may be gone after a power cut. */
static const char *ipfs_caveat(void *payload)
{
	const node *n = payload;
	const vv_rpc_syncs syncs = vv_rpc_ask_syncs(n->blocks);

	return syncs == VV_RPC_SYNCS ? NULL
	       : syncs == VV_RPC_SYNCS_NOT
		       ? "the node does not sync its blocks: a copy may be lost in a power cut "
			 "just after it was "
			 "made, until an audit shows it ('sync: true' of flatfs in the node's "
			 "Datastore.Spec)"
		       : "the node does not report whether it syncs its blocks: a copy may be "
			 "lost in a power "
			 "cut just after it was made, until an audit shows it";
}

static void ipfs_close(void *payload)
{
	node *n = payload;

	vv_rpc_blocks_close(n->blocks);
	vv_buf_clear(&n->block);
	vv_free(n);
}

static const vv_place_ops ipfs_ops;

/* A node that has a block writes it no more. Where that is damaged, it has to go first. */
static vv_status make_room(node *n, const char *name, const vv_cid *cid, const void *bytes,
			   size_t len, vv_error *err)
{
	vv_auto(vv_buf) there = VV_BUF_INIT;
	vv_status rc = vv_rpc_block_get(n->blocks, cid, BLOCK_MAX, &there, err);
	const bool same = rc == VV_OK && there.len == len && memcmp(there.data, bytes, len) == 0;

	if (rc < 0 || same) return rc == VV_ENOTFOUND ? VV_OK : rc;
	rc = ipfs_remove(n, name, err);
	return rc == VV_OK || rc == VV_ENOTFOUND ? vv_rpc_block_remove(n->blocks, cid, err) : rc;
}

static vv_status ipfs_put(void *payload, const char *name, const void *bytes, size_t len,
			  vv_error *err)
{
	node *n = payload;
	vv_cid cid;
	vv_status rc;

	if ((rc = read_name(&cid, name, err)) < 0 ||
	    (rc = vv_place_quota_check(&n->quota, &ipfs_ops, n, len, err)) < 0 ||
	    (rc = make_room(n, name, &cid, bytes, len, err)) < 0 ||
	    (rc = vv_rpc_block_put(n->blocks, &cid, bytes, len, err)) < 0) {
		return rc;
	}
	n->quota.used += len;
	return VV_OK;
}

static const vv_place_ops ipfs_ops = {.content_only = true,
				      .put = ipfs_put,
				      .get = ipfs_get,
				      .list = ipfs_list,
				      .remove = ipfs_remove,
				      .moved = ipfs_moved,
				      .caveat = ipfs_caveat,
				      .close = ipfs_close};

vv_status vv_ipfs_place_open(vv_place *out, const char *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, vv_error *err)
{
	vv_auto(vv_buf) domain = VV_BUF_INIT;
	node *n;
	vv_auto(vv_url) u = {0};
	vv_status rc;

	*out = (vv_place){0};
	if ((rc = vv_rpc_url_read(&u, url + sizeof(SCHEME) - 1, err)) < 0) return rc;
	if (!(n = vv_calloc(1, sizeof(*n)))) return vv_fail_nomem(err);
	vv_place_quota_init(&n->quota, facts);
	n->ours = facts->ours;
	vv_buf_printf(&domain, "host %s", u.host);
	rc = vv_rpc_blocks_open(&n->blocks, &u, connect, err);
	if (rc < 0) {
		ipfs_close(n);
		return rc;
	}
	return vv_place_make(out, &ipfs_ops, n, vv_buf_detach(&domain), facts, err);
}
