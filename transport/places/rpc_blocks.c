/*
 * rpc_blocks: the requests, and the words that Kubo has for what is not there.
 */
#include "transport/places/rpc_blocks.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"
#include "transport/protocol/cid_text.h"

#define ANSWER_MAX ((size_t)64 << 10)
#define PINS_MAX ((size_t)1 << 22)      /* raw ones, of 33 bytes each here */
#define PIN_LINE_MAX ((size_t)16 << 10) /* of the list of pins */
#define BOUNDARY "varve-41c7f0a95d3b4e7c8a16"

struct vv_rpc_blocks {
	http_site *site;
	char *name, *base;
};

void vv_rpc_blocks_close(vv_rpc_blocks *b)
{
	if (b) {
		http_site_close(b->site);
		vv_free(b->name);
		vv_free(b->base);
		vv_free(b);
	}
}

/* --- what it says ---------------------------------------------------------------------------- */

static bool says(const char *message, const char *const *words)
{
	for (; *words; words++) {
		if (strstr(message, *words)) return true;
	}
	return false;
}

/* Kubo says what went wrong in JSON, with status 500. */
static vv_status explain(const vv_rpc_blocks *b, const http_answer *a, vv_error *err)
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
		(void)vv_fail(err, VV_EIO, "'%s' answers with status %u", b->name, a->status);
		rc = a->status == 401 || a->status == 403
			     ? vv_hint(err, "its RPC may need a token: git config "
					    "http.<url>.extraHeader 'Authorization: ...'")
			     : vv_hint(err, "is it the RPC of an IPFS node? Kubo's is "
					    "ipfs+http://127.0.0.1:5001");
	}
	return rc;
}

/* One request; the answer has status 200. take (may be NULL): http_ask's, which gets the answer. */
static vv_status ask_to(vv_rpc_blocks *b, const char *below, const vv_buf *form, size_t max,
			vv_status (*take)(void *, const char *, size_t, vv_error *), void *payload,
			http_answer *a, vv_error *err)
{
	static const char *const headers[] = {
		"Content-Type: multipart/form-data; boundary=" BOUNDARY};
	vv_auto(vv_buf) url = VV_BUF_INIT;
	http_ask what = {.method = "POST", .answer_max = max, .take = take, .payload = payload};
	vv_status rc;

	vv_buf_printf(&url, "%s/api/v0/%s", b->base, below);
	what.url = vv_buf_cstr(&url);
	if (form) {
		what.headers = headers;
		what.header_count = 1;
		what.body = form->data;
		what.body_len = form->len;
	}
	if ((rc = vv_buf_ok(&url, err)) == VV_OK &&
	    (rc = http_site_ask(b->site, &what, a, err)) == VV_OK && a->status != 200) {
		rc = explain(b, a, err);
	}
	return rc;
}

static vv_status ask(vv_rpc_blocks *b, const char *below, const vv_buf *form, size_t max,
		     http_answer *a, vv_error *err)
{
	return ask_to(b, below, form, max, NULL, NULL, a, err);
}

static vv_status ask_of(vv_rpc_blocks *b, const char *route, const vv_cid *cid, const char *rest,
			size_t max, http_answer *a, vv_error *err)
{
	char text[VV_CID_TEXT + 1], below[160];

	vv_cid_text(text, cid);
	(void)snprintf(below, sizeof(below), "%s?arg=%s%s", route, text, rest);
	return ask(b, below, NULL, max, a, err);
}

static bool names_cid(const char *text, vv_cid *out)
{
	vv_foreign_cid c;

	return text && vv_cid_text_read(&c, text, strlen(text)) && vv_cid_text_own(out, &c);
}

/* The answer's "Key" is the block's CID, and "Size" its size. */
static vv_status read_key(const vv_rpc_blocks *b, const http_answer *a, const vv_cid *cid,
			  uint64_t *size, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *value;
	vv_cid is;
	vv_status rc = vv_json_read(&value, &arena, vv_buf_cstr(&a->body), a->body.len, b->name,
				    err);

	if (rc == VV_OK && (!names_cid(vv_json_get_string(value, "Key"), &is) ||
			    !vv_cid_equal(&is, cid) || !vv_json_get_u64(size, value, "Size"))) {
		rc = vv_fail(err, VV_EIO, "'%s' answers of another block", b->name);
	}
	return rc;
}

/* --- blocks ---------------------------------------------------------------------------------- */

vv_status vv_rpc_block_put(vv_rpc_blocks *b, const vv_cid *cid, const void *bytes, size_t len,
			   vv_error *err)
{
	vv_auto(http_answer) a = {0};
	vv_auto(vv_buf) form = VV_BUF_INIT;
	uint64_t size;
	vv_status rc;

	vv_buf_puts(&form, "--" BOUNDARY "\r\n"
			   "Content-Disposition: form-data; name=\"data\"; filename=\"block\"\r\n"
			   "Content-Type: application/octet-stream\r\n\r\n");
	vv_buf_put(&form, bytes, len);
	vv_buf_puts(&form, "\r\n--" BOUNDARY "--\r\n");
	if ((rc = vv_buf_ok(&form, err)) < 0 ||
	    (rc = ask(b, "block/put?cid-codec=raw&mhtype=sha2-256&pin=true", &form, ANSWER_MAX, &a,
		      err)) < 0 ||
	    (rc = read_key(b, &a, cid, &size, err)) < 0) {
		goto done;
	}
	if (size != len) {
		rc = vv_fail(err, VV_EIO, "'%s' did not take all of the block", b->name);
	}
done:
	/* Of what is not there a put knows nothing. */
	return rc == VV_ENOTFOUND ? VV_EIO : rc;
}

vv_status vv_rpc_block_get(vv_rpc_blocks *b, const vv_cid *cid, size_t max, vv_buf *out,
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

vv_status vv_rpc_block_size(vv_rpc_blocks *b, const vv_cid *cid, uint64_t *size, vv_error *err)
{
	vv_auto(http_answer) a = {0};
	vv_status rc = ask_of(b, "block/stat", cid, "&offline=true", ANSWER_MAX, &a, err);

	return rc < 0 ? rc : read_key(b, &a, cid, size, err);
}

/* Lines {"Hash": ..., "Error": ...}, with status 200 whatever came of it. */
vv_status vv_rpc_block_remove(vv_rpc_blocks *b, const vv_cid *cid, vv_error *err)
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

/* The list as it comes: a line for each pin, whatever the node has pinned. Raw ones are kept, and asked for when the
 * list has ended: there is one connection. */
typedef struct pins {
	const vv_rpc_blocks *b;
	vv_buf line; /* what came of the last one */
	vv_cid *raw;
	size_t count, cap;
} pins;

/* What a line names: {"Cid": ..., "Type": ...}, or an error in the middle. */
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
			return vv_fail(err, VV_EIO,
				       "'%s' answers with a line of more than %zu bytes",
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

vv_status vv_rpc_pins_list(vv_rpc_blocks *b, vv_pinned_fn fn, void *payload, vv_error *err)
{
	http_answer a = {0};
	pins p = {.b = b};
	vv_status rc = ask_to(b, "pin/ls?type=recursive&stream=true", NULL, ANSWER_MAX, take_pins,
			      &p, &a, err);

	http_answer_clear(&a);
	if (rc == VV_OK && p.line.len > 0) { /* a last line without its end */
		rc = read_pin(&p, vv_buf_cstr(&p.line), p.line.len, err);
	}
	for (size_t i = 0; rc == VV_OK && i < p.count; i++) {
		rc = fn(payload, &p.raw[i], err);
	}
	vv_buf_clear(&p.line);
	vv_free(p.raw);
	return rc;
}

vv_status vv_rpc_pin_remove(vv_rpc_blocks *b, const vv_cid *cid, vv_error *err)
{
	vv_auto(http_answer) a = {0};
	return ask_of(b, "pin/rm", cid, "", ANSWER_MAX, &a, err);
}

/* --- opening --------------------------------------------------------------------------------- */

static vv_status check_node(vv_rpc_blocks *b, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(http_answer) a = {0};
	vv_json *value;
	vv_status rc = ask(b, "version", NULL, ANSWER_MAX, &a, err);

	if (rc == VV_OK && (vv_json_read(&value, &arena, vv_buf_cstr(&a.body), a.body.len, b->name,
					 VV_IGNORED) < 0 ||
			    !vv_json_get_string(value, "Version"))) {
		(void)vv_fail(err, VV_EIO, "the server at '%s' is not an IPFS node", b->name);
		rc = vv_hint(err, "Kubo's RPC is ipfs+http://127.0.0.1:5001");
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

vv_rpc_syncs vv_rpc_ask_syncs(vv_rpc_blocks *b)
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

vv_status vv_rpc_blocks_open(vv_rpc_blocks **out, const vv_url *node, const vv_connect_options *o,
			     vv_error *err)
{
	vv_rpc_blocks *b = vv_calloc(1, sizeof(*b));
	vv_buf base = VV_BUF_INIT;
	vv_status rc;

	*out = NULL;
	if (!b) return vv_fail_nomem(err);
	http_put_url(&base, node, "");
	b->name = vv_strdup(node->text);
	if (!(b->base = vv_buf_detach(&base)) || !b->name) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	const http_site_facts f = {.url = b->base, .name = b->name, .extra_header = true};
	if ((rc = http_site_open(&b->site, &f, o, err)) == VV_OK) {
		rc = check_node(b, err);
	}
done:
	if (rc < 0) {
		vv_rpc_blocks_close(b);
		b = NULL;
	}
	*out = b;
	return rc;
}
