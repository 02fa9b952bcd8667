/*
 * ipfs_place: blocks by the RPC of a node; they have neither folders nor ranges.
 */
#include "transport/places/place_kinds.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"
#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place_quota.h"
#include "transport/places/rpc_url.h"
#include "transport/protocol/cid_text.h"

/* rpc_blocks: the requests, and Kubo's messages for missing objects. */

typedef struct rpc_blocks {
	http_site *site;
	char *name, *base;
} rpc_blocks;

/* accepts NULL */
static void rpc_blocks_close(rpc_blocks *b)
{
	if (b) {
		http_site_close(b->site);
		vv_free_all(b->name, b->base, b);
	}
}

VV_AUTO_FREE(rpc_blocks, rpc_blocks_close)

/* Does the node sync blocks, so that they survive a power cut? From its configuration of flatfs. */
typedef enum vv_rpc_syncs { VV_RPC_SYNCS_UNKNOWN, VV_RPC_SYNCS, VV_RPC_SYNCS_NOT } vv_rpc_syncs;
/* Each raw block that is pinned by itself (type=recursive). */
typedef vv_status (*vv_pinned_fn)(void *payload, const vv_cid *cid, vv_error *err);

#define ANSWER_MAX ((size_t)64 << 10)
#define PINS_MAX ((size_t)1 << 22)      /* raw ones, of 33 bytes each here */
#define PIN_LINE_MAX ((size_t)16 << 10) /* of the list of pins */

/* --- its messages ---------------------------------------------------------------------------- */

static bool says(const char *message, const char *const *words)
{
	for (; *words; words++) {
		if (strstr(message, *words)) return true;
	}
	return false;
}

/* Kubo reports errors as JSON, with status 500. */
static vv_status explain(const rpc_blocks *b, const http_answer *a, vv_error *err)
{
	static const char *const missing[] = {"not found locally", "could not find", "not pinned",
					      "blockservice: key not found", NULL};
	static const char *const full[] = {"no space left", "quota exceeded", NULL};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *message = NULL;
	vv_json *value;
	vv_status rc;

	if (vv_json_read(&value, &arena, vv_buf_cstr(&a->body), a->body.len, b->name, VV_IGNORED) ==
	    VV_OK) {
		message = vv_json_get_string(value, "Message");
	}
	if (message) {
		rc = vv_fail(err,
			     says(message, missing) ? VV_ENOTFOUND
			     : says(message, full)  ? VV_EREFUSED
						    : VV_EIO,
			     "'%s': %s", b->name, vv_text_shows(message));
	} else {
		(void)vv_fail(err, VV_EIO, "'%s' answered with the HTTP status %u", b->name,
			      a->status);
		rc = a->status == 401 || a->status == 403
			     ? vv_hint(err, "its RPC may require a token: git config "
					    "http.<url>.extraHeader 'Authorization: ...'")
			     : vv_hint(err, "check that this is the RPC address of an IPFS node; "
					    "Kubo's is ipfs+http://127.0.0.1:5001");
	}
	return rc;
}

/* One request; the answer has status 200. take (may be NULL): http_ask's, which gets the answer. */
static vv_status ask_to(rpc_blocks *b, const char *below, const vv_buf *form, size_t max,
			vv_status (*take)(void *, const char *, size_t, vv_error *), void *payload,
			http_answer *a, vv_error *err)
{
	static const char *const headers[] = {"Content-Type: " VV_RPC_FORM};
	http_ask what = {.method = "POST", .answer_max = max, .take = take, .payload = payload};
	vv_status rc;

	vv_auto(char) *url = vv_asprintf("%s/api/v0/%s", b->base, below);
	what.url = url;
	if (form) {
		what.headers = headers;
		what.header_count = 1;
		what.body = form->data;
		what.body_len = form->len;
	}
	if ((rc = vv_alloc_ok(url, err)) == VV_OK &&
	    (rc = http_site_ask(b->site, &what, a, err)) == VV_OK && a->status != 200) {
		rc = explain(b, a, err);
	}
	return rc;
}

static vv_status ask(rpc_blocks *b, const char *below, const vv_buf *form, size_t max,
		     http_answer *a, vv_error *err)
{
	return ask_to(b, below, form, max, NULL, NULL, a, err);
}

static vv_status ask_of(rpc_blocks *b, const char *route, const vv_cid *cid, const char *rest,
			size_t max, http_answer *a, vv_error *err)
{
	char below[160];

	(void)snprintf(below, sizeof(below), "%s?arg=%s%s", route, vv_cid_shows(cid), rest);
	return ask(b, below, NULL, max, a, err);
}

static bool names_cid(const char *text, vv_cid *out)
{
	vv_foreign_cid c;

	return text && vv_cid_text_read(&c, text, strlen(text)) && vv_cid_text_own(out, &c);
}

/* The answer's "Key" is the block's CID, and "Size" its size. */
static vv_status read_key(const rpc_blocks *b, const http_answer *a, const vv_cid *cid,
			  uint64_t *size, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *value;
	vv_cid is;
	vv_status rc = vv_json_read(&value, &arena, vv_buf_cstr(&a->body), a->body.len, b->name,
				    err);

	if (rc == VV_OK && (!names_cid(vv_json_get_string(value, "Key"), &is) ||
			    !vv_cid_equal(&is, cid) || !vv_json_get_u64(size, value, "Size"))) {
		rc = vv_fail(err, VV_EIO, "'%s' stored the block under another CID", b->name);
	}
	return rc;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static vv_status rpc_block_put(rpc_blocks *b, const vv_cid *cid, const void *bytes, size_t len,
			       vv_error *err)
{
	vv_auto(http_answer) a = {0};
	vv_auto(vv_buf) form = VV_BUF_INIT;
	uint64_t size;
	vv_status rc;

	vv_buf_puts(&form, VV_RPC_PART "block" VV_RPC_TYPE("octet-stream"));
	vv_buf_put(&form, bytes, len);
	vv_buf_puts(&form, "\r\n" VV_RPC_END);
	if ((rc = vv_buf_ok(&form, err)) < 0 ||
	    (rc = ask(b, "block/put?cid-codec=raw&mhtype=sha2-256&pin=true", &form, ANSWER_MAX, &a,
		      err)) < 0 ||
	    (rc = read_key(b, &a, cid, &size, err)) < 0) {
		return rc == VV_ENOTFOUND ? VV_EIO : rc; /* a put cannot fail with "not found" */
	}
	return size == len ? VV_OK
			   : vv_fail(err, VV_EIO, "'%s' stored only a part of the block", b->name);
}

/* Appends the block, at most max + 1 bytes of it: who gets more than max was given another one. Nothing is
 * checked. VV_ENOTFOUND: the node does not have it. */
static vv_status rpc_block_get(rpc_blocks *b, const vv_cid *cid, size_t max, vv_buf *out,
			       vv_error *err)
{
	const size_t most = (max > ANSWER_MAX ? max : ANSWER_MAX) + 1;
	vv_auto(http_answer) a = {0};
	vv_status rc = ask_of(b, "block/get", cid, "&offline=true", most, &a, err);

	if (rc == VV_OK) {
		vv_buf_put(out, vv_buf_cstr(&a.body), a.body.len < max + 1 ? a.body.len : max + 1);
		rc = vv_buf_ok(out, err);
	}
	return rc;
}

static vv_status rpc_block_size(rpc_blocks *b, const vv_cid *cid, uint64_t *size, vv_error *err)
{
	vv_auto(http_answer) a = {0};
	vv_status rc = ask_of(b, "block/stat", cid, "&offline=true", ANSWER_MAX, &a, err);

	return rc < 0 ? rc : read_key(b, &a, cid, size, err);
}

/* Lines {"Hash": ..., "Error": ...}, with status 200 whatever came of it. */
static vv_status rpc_block_remove(rpc_blocks *b, const vv_cid *cid, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(http_answer) a = {0};
	const char *trouble;
	vv_json *value;
	vv_status rc = ask_of(b, "block/rm", cid, "", ANSWER_MAX, &a, err);

	if (rc == VV_OK && a.body.len > 0 &&
	    (rc = vv_json_read(&value, &arena, a.body.data, a.body.len, b->name, err)) == VV_OK &&
	    (trouble = vv_json_get_string(value, "Error")) != NULL && *trouble) {
		rc = vv_fail(err, VV_EIO, "'%s': %s", b->name, vv_text_shows(trouble));
	}
	return rc;
}

/* --- pins ------------------------------------------------------------------------------------ */

/* The arriving list: a line for each pin of the node. Raw ones are kept, and their sizes requested after the list:
 * there is only one connection. */
typedef struct pins {
	const rpc_blocks *b;
	vv_buf line; /* the received part of the last one */
	vv_cid *raw;
	size_t count, cap;
} pins;

static void pins_clear(pins *p)
{
	vv_buf_clear(&p->line);
	vv_free(p->raw);
}
VV_AUTO_CLEAR(pins, pins_clear)

/* Reads a line: {"Cid": ..., "Type": ...}, or an error in the middle. */
static vv_status read_pin(pins *p, const char *line, size_t len, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *message;
	vv_json *value;
	vv_cid cid;
	vv_status rc = vv_json_read(&value, &arena, line, len, p->b->name, err);

	if (rc < 0) return rc;
	if ((message = vv_json_get_string(value, "Message")) != NULL) {
		rc = vv_fail(err, VV_EIO, "'%s': %s", p->b->name, vv_text_shows(message));
	} else if (names_cid(vv_json_get_string(value, "Cid"), &cid) && cid.codec == VV_CODEC_RAW) {
		if (p->count == PINS_MAX) {
			rc = vv_fail(err, VV_EIO, "'%s' lists more than %s", p->b->name,
				     vv_text_counted(PINS_MAX, "raw pin", NULL));
		} else if (!vv_array_room(p->raw, p->count, p->cap)) {
			rc = vv_fail_nomem(err);
		} else {
			p->raw[p->count++] = cid;
		}
	}
	return rc;
}

/* An http_ask.take. */
static vv_status take_pins(void *payload, const char *bytes, size_t len, vv_error *err)
{
	pins *p = payload;
	const char *end = bytes + len;
	vv_status rc = VV_OK;

	if (len == 0) {
		vv_buf_reset(&p->line);
		p->count = 0;
		return VV_OK;
	}
	while (rc == VV_OK && bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		vv_buf_put(&p->line, bytes, (size_t)((stop ? stop : end) - bytes));
		if (p->line.len > PIN_LINE_MAX) {
			return vv_fail(err, VV_EIO, "'%s' sent a line of more than %zu bytes",
				       p->b->name, PIN_LINE_MAX);
		}
		if ((rc = vv_buf_ok(&p->line, err)) < 0 || !stop) return rc;
		if (p->line.len > 0) {
			rc = read_pin(p, vv_buf_cstr(&p->line), p->line.len, err);
		}
		vv_buf_reset(&p->line);
		bytes = stop + 1;
	}
	return rc;
}

static vv_status rpc_pins_list(rpc_blocks *b, vv_pinned_fn fn, void *payload, vv_error *err)
{
	vv_auto(http_answer) a = {0};
	vv_auto(pins) p = {.b = b};
	vv_status rc = ask_to(b, "pin/ls?type=recursive&stream=true", NULL, ANSWER_MAX, take_pins,
			      &p, &a, err);

	if (rc == VV_OK && p.line.len > 0) { /* a last line without its end */
		rc = read_pin(&p, vv_buf_cstr(&p.line), p.line.len, err);
	}
	for (size_t i = 0; rc == VV_OK && i < p.count; i++) {
		rc = fn(payload, &p.raw[i], err);
	}
	return rc;
}

/* The node's next gc deletes the block. VV_ENOTFOUND: it was not pinned. */
static vv_status rpc_pin_remove(rpc_blocks *b, const vv_cid *cid, vv_error *err)
{
	vv_auto(http_answer) a = {0};
	return ask_of(b, "pin/rm", cid, "", ANSWER_MAX, &a, err);
}

/* --- opening --------------------------------------------------------------------------------- */

static vv_status check_node(rpc_blocks *b, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(http_answer) a = {0};
	vv_json *value;
	vv_status rc = ask(b, "version", NULL, ANSWER_MAX, &a, err);

	if (rc == VV_OK && (vv_json_read(&value, &arena, vv_buf_cstr(&a.body), a.body.len, b->name,
					 VV_IGNORED) < 0 ||
			    !vv_json_get_string(value, "Version"))) {
		rc = vv_fail(err, VV_EIO,
			     "the server at '%s' is not an IPFS node\n"
			     "Kubo's RPC is ipfs+http://127.0.0.1:5001",
			     b->name);
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
static vv_rpc_syncs read_spec(const vv_json *value)
{
	vv_rpc_syncs is = VV_RPC_SYNCS_UNKNOWN;

	for (const vv_json *v = value; v; v = next_value(v)) {
		const char *type = v->type == VV_JSON_OBJECT ? vv_json_get_string(v, "type") : NULL;
		if (type && strcmp(type, "flatfs") == 0) {
			is = vv_json_get_bool(v, "sync", false) && is != VV_RPC_SYNCS_NOT
				     ? VV_RPC_SYNCS
				     : VV_RPC_SYNCS_NOT;
		}
	}
	return is;
}

static vv_rpc_syncs rpc_ask_syncs(rpc_blocks *b)
{
	vv_rpc_syncs syncs = VV_RPC_SYNCS_UNKNOWN;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(http_answer) a = {0};
	vv_json *value;

	if (ask(b, "config?arg=Datastore.Spec", NULL, ANSWER_MAX, &a, VV_IGNORED) == VV_OK &&
	    vv_json_read(&value, &arena, vv_buf_cstr(&a.body), a.body.len, b->name, VV_IGNORED) ==
		    VV_OK) {
		syncs = read_spec(value);
	}
	return syncs;
}

/* node: from vv_rpc_url_read. Checks that a node of IPFS answers, else VV_EIO. */
static vv_status rpc_blocks_open(rpc_blocks **out, const vv_url *node, const vv_connect_options *o,
				 vv_error *err)
{
	vv_auto(rpc_blocks) *b = vv_calloc(1, sizeof(*b));
	vv_buf base = VV_BUF_INIT;
	vv_status rc;

	*out = NULL;
	if (!b) return vv_fail_nomem(err);
	http_put_url(&base, node, "");
	b->name = vv_strdup(node->text);
	if (!(b->base = vv_buf_detach(&base)) || !b->name) return vv_fail_nomem(err);
	const http_site_facts f = {.url = b->base, .name = b->name, .extra_header = true};
	if ((rc = http_site_open(&b->site, &f, o, err)) < 0 || (rc = check_node(b, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &b);
}

#define SCHEME "ipfs+"
#define BLOCK_MAX ((size_t)1 << 20) /* Kubo takes no larger ones */

typedef struct node {
	rpc_blocks *blocks;
	vv_place_quota quota;
	bool (*ours)(uint64_t size); /* NULL: any size may be */
	vv_buf block;                /* the last requested one */
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
		if ((rc = rpc_block_get(n->blocks, &cid, BLOCK_MAX, whole, err)) < 0) return rc;
		n->moved += whole->len;
		if ((rc = vv_cid_of(&is, VV_CODEC_RAW, vv_buf_cstr(whole), whole->len, err)) < 0) {
			return rc;
		}
		if (!vv_cid_equal(&is, &cid)) {
			return vv_fail(err, VV_ECORRUPT,
				       "the data that it sent for the block %s "
				       "does not match the CID",
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
	vv_status rc = rpc_block_size(l->n->blocks, cid, &size, err);

	if (rc == VV_ENOTFOUND) {
		return VV_OK; /* pinned, and gone */
	}
	if (rc < 0 || (l->n->ours && !l->n->ours(size))) return rc;
	vv_cid_text(text, cid);
	const vv_listed e = {.name = text, .size = size};
	return l->fn(l->to, &e, err);
}

/* Every folder lists all blocks. */
static vv_status ipfs_list(void *payload, const char *folder VV_UNUSED, vv_listed_fn fn, void *to,
			   vv_error *err)
{
	listing l = {payload, fn, to};

	return rpc_pins_list(l.n->blocks, on_pin, &l, err);
}

static vv_status ipfs_remove(void *payload, const char *name, vv_error *err)
{
	node *n = payload;
	vv_cid cid;
	vv_status rc = read_name(&cid, name, err);

	n->quota.counted = false;
	return rc < 0 ? rc : rpc_pin_remove(n->blocks, &cid, err);
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
	const vv_rpc_syncs syncs = rpc_ask_syncs(n->blocks);

	return syncs == VV_RPC_SYNCS ? NULL
	       : syncs == VV_RPC_SYNCS_NOT
		       ? "the node does not sync its blocks: a power failure can lose a copy just "
			 "after it was made ('sync: true' of flatfs in the node's Datastore.Spec "
			 "prevents this)"
		       : "the node does not report whether it syncs its blocks: a power failure "
			 "may lose a copy just after it was made";
}

static void ipfs_close(void *payload)
{
	node *n = payload;

	if (!n) return;
	rpc_blocks_close(n->blocks);
	vv_buf_clear(&n->block);
	vv_free(n);
}
VV_AUTO_FREE(node, ipfs_close)

static const vv_place_ops ipfs_ops;

/* A node that has a block writes it no more. Where that is damaged, it has to go first. */
static vv_status make_room(node *n, const char *name, const vv_cid *cid, const void *bytes,
			   size_t len, vv_error *err)
{
	vv_auto(vv_buf) there = VV_BUF_INIT;
	vv_status rc = rpc_block_get(n->blocks, cid, BLOCK_MAX, &there, err);
	const bool same = rc == VV_OK && there.len == len && memcmp(there.data, bytes, len) == 0;

	if (rc < 0 || same) return rc == VV_ENOTFOUND ? VV_OK : rc;
	rc = ipfs_remove(n, name, err);
	return rc == VV_OK || rc == VV_ENOTFOUND ? rpc_block_remove(n->blocks, cid, err) : rc;
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
	    (rc = rpc_block_put(n->blocks, &cid, bytes, len, err)) < 0) {
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
	if ((rc = rpc_blocks_open(&n->blocks, &u, connect, err)) < 0) return rc;
	return vv_place_make(out, &ipfs_ops, vv_take(&n), vv_asprintf("host %s", u.host), facts,
			     err);
}
