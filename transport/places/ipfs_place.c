/*
 * ipfs_place: blocks by the RPC of a node; they have neither folders nor ranges.
 */
#include "transport/places/place_kinds.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"
#include "transport/http/site.h"
#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place_quota.h"
#include "transport/places/rpc.h"

#define SCHEME "ipfs+"
#define COMMAND_MAX 160u
#define BLOCK_MAX ((size_t)1 << 20) /* Kubo takes no larger ones */
#define PINS_MAX ((size_t)1 << 22)  /* raw ones, of 33 bytes each here */

/* Does the node sync blocks, so that they survive a power cut? From its configuration of flatfs. */
typedef enum syncs { SYNCS_UNKNOWN, SYNCS, SYNCS_NOT } syncs;

typedef struct node {
	vv_rpc *rpc;
	char *name;
	vv_place_quota quota;
	bool (*ours)(uint64_t size); /* NULL: any size may be */
	vv_buf block;                /* the last requested one */
	vv_cid cid;                  /* its CID, while it is kept */
	bool kept;
	uint64_t moved;
} node;

/* --- blocks ---------------------------------------------------------------------------------- */

/* A command for one block. */
static const char *command_of(char out[COMMAND_MAX], const char *route, const vv_cid *cid,
			      const char *rest)
{
	(void)snprintf(out, COMMAND_MAX, "%s?arg=%s%s", route, vv_cid_shows(cid), rest);
	return out;
}

/* What a node answers of a block. */
typedef struct answered {
	const vv_cid *cid;
	uint64_t size; /* UINT64_MAX: it answered of another one, or nothing */
} answered;

static vv_status read_stat(void *payload, const vv_json *line, vv_error *err VV_UNUSED)
{
	answered *s = payload;
	vv_cid is;

	if (!vv_rpc_cid(&is, vv_json_get_string(line, "Key")) || !vv_cid_equal(&is, s->cid) ||
	    !vv_json_get_u64(&s->size, line, "Size")) {
		s->size = UINT64_MAX;
	}
	return VV_OK;
}

static vv_status ask_size(node *n, const char *command, const http_ask *form, const vv_cid *cid,
			  uint64_t *size, vv_error *err)
{
	answered s = {cid, UINT64_MAX};
	const vv_status rc = vv_rpc_ask(n->rpc, command, form, read_stat, &s, err);

	*size = s.size;
	return rc < 0 || s.size < UINT64_MAX
		       ? rc
		       : vv_fail(err, VV_EIO,
				 "'%s' did not answer with the CID and size of the block %s",
				 n->name, vv_cid_shows(cid));
}

static vv_status put_block(node *n, const vv_cid *cid, const void *bytes, size_t len, vv_error *err)
{
	vv_auto(vv_buf) form = VV_BUF_INIT;
	uint64_t size;

	vv_buf_puts(&form, VV_RPC_PART "block" VV_RPC_TYPE("octet-stream"));
	vv_buf_put(&form, bytes, len);
	vv_buf_puts(&form, "\r\n" VV_RPC_END);
	const http_ask body = {.body = form.data, .body_len = form.len};
	vv_status rc = vv_buf_ok(&form, err);
	rc = rc < 0 ? rc
		    : ask_size(n, "block/put?cid-codec=raw&mhtype=sha2-256&pin=true", &body, cid,
			       &size, err);
	if (rc < 0) {
		return rc == VV_ENOTFOUND ? VV_EIO : rc; /* a put cannot fail with "not found" */
	}
	return size == len ? VV_OK
			   : vv_fail(err, VV_EIO, "'%s' stored only a part of the block", n->name);
}

/* Appends the block, or one byte more than the most: then it is another one. Nothing is checked. VV_ENOTFOUND: the
 * node does not have it. */
static vv_status get_block(node *n, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	char command[COMMAND_MAX];

	return vv_rpc_get(n->rpc, command_of(command, "block/get", cid, "&offline=true"),
			  BLOCK_MAX + 1, out, err);
}

/* --- pins ------------------------------------------------------------------------------------ */

/* Those of raw blocks. Their sizes are requested after the list: there is only one connection. */
typedef struct pins {
	const node *n;
	vv_cid_set *raw;
} pins;

static vv_status read_pin(void *payload, const vv_json *line, vv_error *err)
{
	const pins *p = payload;
	vv_cid cid;

	if (!vv_rpc_cid(&cid, vv_json_get_string(line, "Cid")) || cid.codec != VV_CODEC_RAW) {
		return VV_OK;
	}
	return vv_cid_set_count(p->raw) == PINS_MAX
		       ? vv_fail(err, VV_EIO, "'%s' lists more than %s", p->n->name,
				 vv_text_counted(PINS_MAX, "raw pin", NULL))
		       : vv_cid_set_note(p->raw, &cid, err);
}

/* --- opening --------------------------------------------------------------------------------- */

static vv_status read_version(void *payload, const vv_json *line, vv_error *err VV_UNUSED)
{
	bool *read = payload;

	*read = vv_json_get_string(line, "Version") != NULL;
	return VV_OK;
}

static vv_status check_node(const node *n, vv_error *err)
{
	bool read = false;
	const vv_status rc = vv_rpc_ask(n->rpc, "version", NULL, read_version, &read, err);

	if (rc == VV_OK ? !read : rc == VV_EINPUT) {
		return vv_fail(err, VV_EIO,
			       "the server at '%s' is not an IPFS node\n"
			       "Kubo's RPC is ipfs+http://127.0.0.1:5001",
			       n->name);
	}
	return rc == VV_ENOTFOUND ? VV_EIO : rc;
}

/* The value after this one in the document, children first; NULL: it was the last. */
static const vv_json *next_value(const vv_json *v)
{
	if (v->first) return v->first;
	while (v && !v->next) {
		v = v->parent;
	}
	return v ? v->next : NULL;
}

/* {"Key": "Datastore.Spec", "Value": {"mounts": [{"child": {"sync": false, "type": "flatfs"}, ...}], ...}}: every flatfs
 * that is anywhere in it syncs. */
static vv_status read_spec(void *payload, const vv_json *line, vv_error *err VV_UNUSED)
{
	syncs *is = payload;

	for (const vv_json *v = line; v; v = next_value(v)) {
		const char *type = v->type == VV_JSON_OBJECT ? vv_json_get_string(v, "type") : NULL;
		if (type && strcmp(type, "flatfs") == 0) {
			*is = vv_json_get_bool(v, "sync", false) && *is != SYNCS_NOT ? SYNCS
										     : SYNCS_NOT;
		}
	}
	return VV_OK;
}

/* The block that a name means: "<CID>", in whatever folder. */
static vv_status read_name(vv_cid *out, const char *name, vv_error *err)
{
	const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;

	return vv_cid_parse(out, last, strlen(last), VV_IGNORED) == VV_OK
		       ? VV_OK
		       : vv_fail(err, VV_ENOSUPPORT,
				 "an IPFS node can store only objects that are named by their CID");
}

/* The node does not support ranges. A caller that reads one part of a block often reads another: the block is cached only
 * for that. The whole block is hashed, so an audit of a part verifies every byte. */
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
		if ((rc = get_block(n, &cid, whole, err)) < 0) return rc;
		n->moved += whole->len;
		if ((rc = vv_cid_of(&is, VV_CODEC_RAW, vv_buf_cstr(whole), whole->len, err)) < 0) {
			return rc;
		}
		if (!vv_cid_equal(&is, &cid)) {
			return vv_fail(
				err, VV_ECORRUPT,
				"'%s' sent data for the block %s that does not match its CID",
				n->name, vv_cid_shows(&cid));
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

/* Every folder lists all blocks. */
static vv_status ipfs_list(void *payload, const char *folder VV_UNUSED, vv_listed_fn fn, void *to,
			   vv_error *err)
{
	node *n = payload;
	vv_auto(vv_cid_set) *raw = vv_cid_set_new();
	char command[COMMAND_MAX], text[VV_CID_TEXT + 1];
	vv_listed e = {.name = text};
	pins p = {n, raw};
	vv_status rc = raw ? vv_rpc_ask(n->rpc, "pin/ls?type=recursive&stream=true", NULL, read_pin,
					&p, err)
			   : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(raw); i++) {
		const vv_cid *cid = vv_cid_set_at(raw, i);
		rc = ask_size(n, command_of(command, "block/stat", cid, "&offline=true"), NULL, cid,
			      &e.size, err);
		if (rc == VV_OK && (!n->ours || n->ours(e.size))) {
			vv_cid_text(text, cid);
			rc = fn(to, &e, err);
		} else if (rc == VV_ENOTFOUND) {
			rc = VV_OK; /* pinned, and gone */
		}
	}
	return rc;
}

static vv_status ipfs_remove(void *payload, const char *name, vv_error *err)
{
	node *n = payload;
	char command[COMMAND_MAX];
	vv_cid cid;
	vv_status rc = read_name(&cid, name, err);

	n->quota.counted = false;
	return rc < 0 ? rc
		      : vv_rpc_ask(n->rpc, command_of(command, "pin/rm", &cid, ""), NULL, NULL,
				   NULL, err);
}

static uint64_t ipfs_moved(void *payload)
{
	const node *n = payload;
	return n->moved;
}

/* Kubo's new nodes do not sync blocks since 0.33: recent puts may be lost after a power cut. */
static const char *ipfs_caveat(void *payload)
{
	const node *n = payload;
	syncs is = SYNCS_UNKNOWN;

	(void)vv_rpc_ask(n->rpc, "config?arg=Datastore.Spec", NULL, read_spec, &is, VV_IGNORED);
	if (is == SYNCS) return NULL;
	if (is == SYNCS_NOT) {
		return "the node does not sync its blocks: a power failure can lose a copy just "
		       "after it was made ('sync: true' of flatfs in the node's Datastore.Spec "
		       "prevents this)";
	}
	return "the node does not report whether it syncs its blocks: a power failure "
	       "may lose a copy just after it was made";
}

static void ipfs_close(void *payload)
{
	node *n = payload;

	if (!n) return;
	vv_rpc_close(n->rpc);
	vv_buf_clear(&n->block);
	vv_free_all(n->name, n);
}
VV_AUTO_FREE(node, ipfs_close)

static const vv_place_ops ipfs_ops;

/* A node that has a block writes it no more. Where that is damaged, it has to go first. */
static vv_status make_room(node *n, const char *name, const vv_cid *cid, const void *bytes,
			   size_t len, vv_error *err)
{
	char command[COMMAND_MAX];
	vv_auto(vv_buf) there = VV_BUF_INIT;
	vv_status rc = get_block(n, cid, &there, err);
	const bool same = rc == VV_OK && there.len == len && memcmp(there.data, bytes, len) == 0;

	if (rc < 0 || same) return rc == VV_ENOTFOUND ? VV_OK : rc;
	rc = ipfs_remove(n, name, err);
	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	rc = vv_rpc_ask(n->rpc, command_of(command, "block/rm", cid, ""), NULL, NULL, NULL, err);
	return vv_missing_ok(rc, err);
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
	    (rc = put_block(n, &cid, bytes, len, err)) < 0) {
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

vv_status vv_ipfs_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make VV_UNUSED, vv_error *err)
{
	vv_auto(node) *n = NULL;
	vv_auto(vv_url) u = {0};
	vv_status rc;

	*out = (vv_place){0};
	if ((rc = vv_rpc_url_read(&u, url->text + sizeof(SCHEME) - 1, err)) < 0) return rc;
	if (!(n = vv_calloc(1, sizeof(*n)))) return vv_fail_nomem(err);
	vv_place_quota_init(&n->quota, facts);
	n->ours = facts->ours;
	if (!(n->name = vv_strdup(u.text))) return vv_fail_nomem(err);
	if ((rc = vv_rpc_open(&n->rpc, &u, connect, false, err)) < 0 ||
	    (rc = check_node(n, err)) < 0) {
		return rc;
	}
	return vv_place_make(out, &ipfs_ops, vv_take(&n), vv_asprintf("host %s", u.host), facts,
			     err);
}
