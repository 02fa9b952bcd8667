/*
 * rpc_node: the form that dag/import takes, and the lines that it answers with.
 */
#include "transport/ipfs/rpc_node.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json/json.h"
#include "base/ring.h"
#include "base/text.h"
#include "base/thread.h"
#include "transport/ipfs/web_ask.h"
#include "transport/places/rpc_url.h"
#include "transport/protocol/cid_text.h"

#define RING ((size_t)256 << 10)
#define ANSWER_MAX ((size_t)64 << 20) /* a line for each file or pin */

/* --- the request ----------------------------------------------------------------------------- */

typedef struct sending {
	const vv_car_source *source;
	const vv_cid *root;
	const vv_progress *progress;
	vv_car_stats stats;
	vv_ring *ring;
	bool cut;     /* the worker stopped before the form's end */
	vv_status rc; /* of the worker */
	vv_error err;
} sending;

static vv_status put_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	return vv_ring_write(payload, bytes, len, 0, err);
}

static vv_status write_form(sending *s, vv_error *err)
{
	static const char head[] = VV_RPC_PART "version.car" VV_RPC_TYPE("octet-stream");
	static const char tail[] = "\r\n" VV_RPC_END;
	vv_car_write_options o = {.scope = VV_CAR_ALL, .progress = s->progress};
	vv_status rc;

	if ((rc = vv_ring_write(s->ring, head, sizeof(head) - 1, 0, err)) < 0 ||
	    (rc = vv_car_write(s->source, s->root, &o, put_piece, s->ring, &s->stats, err)) < 0) {
		return rc;
	}
	return vv_ring_write(s->ring, tail, sizeof(tail) - 1, 0, err);
}

static void run_worker(void *payload)
{
	sending *s = payload;

	s->rc = write_form(s, &s->err);
	if (s->rc < 0) {
		vv_ring_stop(s->ring); /* the form has no end: the node takes nothing of it */
	} else {
		vv_ring_end(s->ring);
	}
}

static ssize_t give_form(void *payload, void *out, size_t len, vv_error *err)
{
	sending *s = payload;
	ssize_t n = vv_ring_read(s->ring, out, len, 0, err);

	s->cut = n < 0;
	return n;
}

/* --- the answer ------------------------------------------------------------------------------ */

typedef struct answers {
	const char *name;
	const vv_cid *root;
	bool rooted, counted;
	uint64_t blocks;
} answers;

static bool names_cid(const char *text, const vv_cid *cid)
{
	vv_foreign_cid c;
	vv_cid own;

	return text && vv_cid_text_read(&c, text, strlen(text)) && vv_cid_text_own(&own, &c) &&
	       vv_cid_equal(&own, cid);
}

static vv_status not_done(const char *name, const char *why, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED, "'%s' refuses: %s", name, vv_text_shows(why));
}

vv_status vv_rpc_lines(const char *name, const vv_buf *answer, vv_rpc_line_fn fn, void *payload,
		       vv_error *err)
{
	const char *p = vv_buf_cstr(answer), *end = p + answer->len, *message;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_status rc = VV_OK;
	vv_json *line;

	while (rc == VV_OK && p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((stop ? stop : end) - p);

		if (len > 0 && (rc = vv_json_read(&line, &arena, p, len, name, err)) == VV_OK) {
			message = vv_json_get_string(line, "Message");
			rc = message ? not_done(name, message, err) : fn(payload, line, err);
		}
		p += len + 1;
	}
	return rc;
}

static vv_status read_answer(void *payload, const vv_json *line, vv_error *err)
{
	answers *a = payload;
	const vv_json *root = vv_json_get(line, "Root"), *stats = vv_json_get(line, "Stats");
	const char *trouble = root ? vv_json_get_string(root, "PinErrorMsg") : NULL;

	if (root && trouble && *trouble) return not_done(a->name, trouble, err);
	if (root && vv_json_get(root, "Cid") &&
	    names_cid(vv_json_get_string(vv_json_get(root, "Cid"), "/"), a->root)) {
		a->rooted = true;
	}
	if (stats && vv_json_get_u64(&a->blocks, stats, "BlockCount")) {
		a->counted = true;
	}
	return VV_OK;
}

static vv_status explain(const answers *a, unsigned status, const vv_buf *body, vv_error *err)
{
	answers ignored = *a;

	/* Kubo reports the error in JSON. */
	if (vv_rpc_lines(a->name, body, read_answer, &ignored, err) == VV_EREFUSED) {
		return VV_EREFUSED;
	}
	vv_fail(err, VV_EREFUSED, "'%s' answered with the HTTP status %u", a->name, status);
	return status == 403 || status == 401
		       ? vv_hint(err, "its RPC may require a token: git config "
				      "http.<url>.extraHeader")
		       : vv_hint(err, "check that this is the RPC address of an IPFS node; Kubo's "
				      "is http://127.0.0.1:5001");
}

vv_status vv_rpc_order(const vv_url *node, const vv_connect_options *o, const vv_web_ask *form,
		       vv_buf *answer, vv_error *err)
{
	vv_web_ask ask = *form;
	const answers a = {.name = node->text};
	unsigned status;

	ask.url = node;
	ask.post = true;
	ask.answer_max = ANSWER_MAX;
	const vv_status rc = vv_web_ask_run(&ask, o, &status, answer, err);
	return rc < 0 || status == 200 ? rc : explain(&a, status, answer, err);
}

static vv_status check_answer(answers *a, unsigned status, const vv_buf *body, uint64_t sent,
			      vv_error *err)
{
	char why[96];
	vv_status rc;

	if (status != 200) return explain(a, status, body, err);
	if ((rc = vv_rpc_lines(a->name, body, read_answer, a, err)) < 0) return rc;
	if (!a->rooted) return not_done(a->name, "its answer lacks the version's CID", err);
	if (a->counted && a->blocks != sent) {
		(void)snprintf(why, sizeof(why), "it received only %llu of %llu blocks",
			       (unsigned long long)a->blocks, (unsigned long long)sent);
		return not_done(a->name, why, err);
	}
	return VV_OK;
}

static vv_status check_pin(const vv_url *node, const vv_connect_options *o, const vv_cid *root,
			   vv_error *err)
{
	char below[160];
	const vv_web_ask ask = {.below = below};
	answers a = {.name = node->text, .root = root};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) body = VV_BUF_INIT;
	bool pinned = false;
	vv_json *value;
	vv_status rc;

	(void)snprintf(below, sizeof(below), "/api/v0/pin/ls?arg=%s&type=recursive",
		       vv_cid_shows(root));
	if ((rc = vv_rpc_order(node, o, &ask, &body, err)) < 0) return rc;
	if ((rc = vv_json_read(&value, &arena, vv_buf_cstr(&body), body.len, node->text, err)) <
	    0) {
		return rc;
	}
	const vv_json *keys = vv_json_get(value, "Keys");
	for (const vv_json *key = keys ? keys->first : NULL; key && !pinned; key = key->next) {
		pinned = names_cid(key->name, root);
	}
	return pinned ? VV_OK : not_done(a.name, "it was imported, but is not pinned", err);
}

vv_status vv_rpc_node_import(const vv_url *node, const vv_connect_options *o,
			     const vv_car_source *source, const vv_cid *root,
			     const vv_progress *progress, vv_car_stats *stats, vv_error *err)
{
	sending s = {.source = source, .root = root, .progress = progress};
	vv_web_ask ask = {.url = node,
			  .below = "/api/v0/dag/import?pin-roots=true&stats=true&"
				   "allow-big-block=false",
			  .post = true,
			  .give = give_form,
			  .payload = &s,
			  .header = "Content-Type: " VV_RPC_FORM,
			  .answer_max = ANSWER_MAX};
	answers a = {.name = node->text, .root = root};
	vv_auto(vv_buf) body = VV_BUF_INIT;
	vv_worker *worker;
	unsigned status = 0;

	if (!(s.ring = vv_ring_new(RING))) return vv_fail_nomem(err);
	if (!(worker = vv_worker_start(run_worker, &s))) {
		vv_ring_free(s.ring);
		return vv_fail(err, VV_ENOMEM, "cannot start another thread");
	}
	vv_status rc = vv_web_ask_run(&ask, o, &status, &body, err);
	vv_ring_stop(s.ring);
	vv_worker_join(worker);
	if (s.cut) { /* what failed here is why the transfer failed */
		rc = s.rc;
		if (err) {
			*err = s.err;
		}
	} else if (rc == VV_OK) {
		rc = check_answer(&a, status, &body, s.stats.blocks, err);
	}
	if (rc == VV_OK && s.rc < 0) {
		rc = not_done(a.name, "it read only a part of the data", err);
	}
	if (rc == VV_OK) {
		rc = check_pin(node, o, root, err);
	}
	*stats = s.stats;
	vv_ring_free(s.ring);
	return rc;
}
