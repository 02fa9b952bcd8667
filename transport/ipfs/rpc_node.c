/*
 * rpc_node: the form that dag/import takes, and the lines that it answers with.
 */
#include "transport/ipfs/rpc_node.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/thread.h"
#include "base/threads/ring.h"
#include "transport/places/rpc.h"

#define RING ((size_t)256 << 10)

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
	bool rooted, counted, pinned;
	uint64_t blocks;
} answers;

static vv_status not_done(const char *name, const char *why, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED, "'%s' did not import and pin the blocks: %s", name,
		       vv_text_shows(why));
}

static vv_status read_answer(void *payload, const vv_json *line, vv_error *err)
{
	answers *a = payload;
	const vv_json *root = vv_json_get(line, "Root"), *stats = vv_json_get(line, "Stats");
	const char *trouble = root ? vv_json_get_string(root, "PinErrorMsg") : NULL;
	vv_cid is;

	if (root && trouble && *trouble) return not_done(a->name, trouble, err);
	const vv_json *cid = root ? vv_json_get(root, "Cid") : NULL;
	a->rooted = a->rooted || (cid && vv_rpc_cid(&is, vv_json_get_string(cid, "/")) &&
				  vv_cid_equal(&is, a->root));
	a->counted = a->counted || (stats && vv_json_get_u64(&a->blocks, stats, "BlockCount"));
	return VV_OK;
}

/* {"Keys": {"<CID>": ...}} */
static vv_status read_pin(void *payload, const vv_json *line, vv_error *err VV_UNUSED)
{
	answers *a = payload;
	const vv_json *keys = vv_json_get(line, "Keys");
	vv_cid is;

	for (const vv_json *key = keys ? keys->first : NULL; key; key = key->next) {
		a->pinned = a->pinned || (vv_rpc_cid(&is, key->name) && vv_cid_equal(&is, a->root));
	}
	return VV_OK;
}

static vv_status check_answer(const answers *a, uint64_t sent, vv_error *err)
{
	char why[96];

	if (!a->rooted) return not_done(a->name, "its answer lacks the CID of the root", err);
	if (!a->counted || a->blocks == sent) return VV_OK;
	(void)snprintf(why, sizeof(why), "it received only %llu of %llu blocks",
		       (unsigned long long)a->blocks, (unsigned long long)sent);
	return not_done(a->name, why, err);
}

static vv_status check_pin(vv_rpc *r, answers *a, vv_error *err)
{
	char command[160];

	(void)snprintf(command, sizeof(command), "pin/ls?arg=%s&type=recursive",
		       vv_cid_shows(a->root));
	const vv_status rc = vv_rpc_ask(r, command, NULL, read_pin, a, err);
	return rc < 0 || a->pinned ? rc : not_done(a->name, "the root is not pinned", err);
}

vv_status vv_rpc_node_import(const vv_url *node, const vv_connect_options *o,
			     const vv_car_source *source, const vv_cid *root,
			     const vv_progress *progress, vv_car_stats *stats, vv_error *err)
{
	sending s = {.source = source, .root = root, .progress = progress};
	const http_ask form = {.give = give_form, .payload = &s};
	answers a = {.name = node->text, .root = root};
	vv_auto(vv_rpc) *rpc = NULL;
	vv_worker *worker;
	vv_status rc = vv_rpc_open(&rpc, node, o, true, err);

	if (rc < 0) return rc;
	if (!(s.ring = vv_ring_new(RING))) return vv_fail_nomem(err);
	if (!(worker = vv_worker_start(run_worker, &s))) {
		vv_ring_free(s.ring);
		return vv_fail(err, VV_ENOMEM, "cannot start another thread");
	}
	rc = vv_rpc_ask(rpc, "dag/import?pin-roots=true&stats=true&allow-big-block=false", &form,
			read_answer, &a, err);
	vv_ring_stop(s.ring);
	vv_worker_join(worker);
	if (s.cut) { /* what failed here is why the transfer failed */
		rc = vv_error_copy(err, &s.err);
	} else if (rc == VV_OK) {
		rc = check_answer(&a, s.stats.blocks, err);
	}
	if (rc == VV_OK && s.rc < 0) {
		rc = not_done(a.name, "it read only a part of the data", err);
	}
	rc = rc < 0 ? rc : check_pin(rpc, &a, err);
	*stats = s.stats;
	vv_ring_free(s.ring);
	return rc;
}
