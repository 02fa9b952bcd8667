/*
 * serve: knows what each request is answered with; pushes are serve_push.c's.
 */
#include "transport/protocol/serve.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "repo/transfer/incomplete.h"
#include "repo/transfer/send.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/send.h"
#include "transport/protocol/serve_internal.h"

/* What a fetch is given without being asked whether it has it. */
#define UNASKED_BYTES (1u << 20)

/* A request's first frame and messages: more is refused. */
#define REQUEST_BUDGET (8u << 20)

#define EDGE_TOLD 1024u /* commits */

/* --- hello ---------------------------------------------------------------------------- */

typedef struct ref_list {
	vv_arena *arena;
	vv_remote_ref *items;
	size_t count, cap;
} ref_list;

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	ref_list *l = payload;

	if (strncmp(ref->name, "refs/heads/", 11) != 0 &&
	    strncmp(ref->name, "refs/tags/", 10) != 0) {
		return VV_OK;
	}
	if (vv_oid_is_null(&ref->commit)) {
		return VV_OK; /* names something else than a commit: not ours to send */
	}
	if (l->count == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		vv_remote_ref *items = vv_realloc_array(l->items, cap, sizeof(*items));
		if (!items) {
			return vv_fail_nomem(err);
		}
		l->items = items;
		l->cap = cap;
	}
	vv_remote_ref *r = &l->items[l->count++];
	r->name = vv_arena_strndup(l->arena, ref->name, strlen(ref->name));
	r->id = ref->id;
	r->peeled = ref->commit;
	return r->name ? VV_OK : vv_fail_nomem(err);
}

/* Git itself may have brought commits without their blocks. */
static vv_status find_whole(vv_serve *s, vv_arena *arena, ref_list *refs, vv_oids *edge,
			    vv_error *err)
{
	vv_oid *ids = vv_calloc(refs->count + 1, sizeof(vv_oid));
	vv_whole whole = {0};
	vv_status rc = ids ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; ids && i < refs->count; i++) {
		ids[i] = refs->items[i].peeled;
	}
	rc = rc < 0 ? rc : vv_whole_look(&whole, s->repo, ids, refs->count, err);
	for (size_t i = 0; rc == VV_OK && i < refs->count; i++) {
		refs->items[i].whole = whole.ids[i];
	}
	if (rc == VV_OK && whole.edge_count > 0) {
		edge->count = whole.edge_count < EDGE_TOLD ? whole.edge_count : EDGE_TOLD;
		edge->items = vv_arena_alloc(arena, edge->count * sizeof(vv_oid));
		if (edge->items) {
			memcpy(edge->items, whole.edge, edge->count * sizeof(vv_oid));
		} else {
			rc = vv_fail_nomem(err);
		}
	}
	vv_whole_clear(&whole);
	vv_free(ids);
	return rc;
}

static vv_status answer_hello(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			      vv_error *err)
{
	ref_list refs = {.arena = arena};
	vv_head head;
	vv_hello h = {
		.writable = s->writable, .can = q->can, .tells_whole = q->whole && s->writable};
	vv_status rc;

	if (q->version != VV_PROTOCOL_VERSION) {
		vv_fail(err, VV_ENOSUPPORT,
			"version %llu of the protocol is not spoken here, only %u",
			(unsigned long long)q->version, VV_PROTOCOL_VERSION);
		return vv_hint(err, "use the same release of varve on both sides");
	}
	if ((rc = vv_head_read(s->repo, &head, err)) < 0) {
		return rc;
	}
	rc = vv_refs_each(s->repo, "refs/", add_ref, &refs, err);
	if (rc == VV_OK && s->writable) {
		rc = vv_incoming_count(s->repo, &h.held, err);
	}
	if (rc == VV_OK && h.tells_whole) {
		rc = find_whole(s, arena, &refs, &h.edge, err);
	}
	if (rc == VV_OK) {
		h.head = head.detached ? NULL : head.branch;
		h.refs = refs.items;
		h.ref_count = refs.count;
		rc = vv_hello_write(line, &h, err);
	}
	vv_head_clear(&head);
	vv_free(refs.items);
	return rc;
}

/* --- known, have, blocks -------------------------------------------------------------- */

/* A commit without the blocks of all its versions is none that another side may build upon. */
static vv_status only_whole(vv_serve *s, const vv_request *q, vv_arena *arena, bool *known,
			    vv_error *err)
{
	vv_oid *ids = vv_arena_calloc(arena, q->want.count + 1, sizeof(vv_oid));
	vv_whole whole;
	size_t count = 0;

	if (!ids) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < q->want.count; i++) {
		if (known[i]) {
			ids[count++] = q->want.items[i];
		}
	}
	vv_status rc = vv_whole_look(&whole, s->repo, ids, count, err);
	for (size_t i = 0, k = 0; rc == VV_OK && i < q->want.count; i++) {
		known[i] = known[i] && whole.ids[k++];
	}
	vv_whole_clear(&whole);
	return rc;
}

static vv_status answer_known(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			      vv_error *err)
{
	size_t count = q->want.count;
	bool *known = vv_arena_calloc(arena, count + 1, sizeof(bool));
	uint8_t *bits = vv_arena_calloc(arena, count / 8 + 1, 1);
	vv_status rc;

	if (!known || !bits) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_commits_known(s->repo, q->want.items, count, known, err)) < 0 ||
	    (rc = only_whole(s, q, arena, known, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		bits[i / 8] = (uint8_t)(bits[i / 8] | known[i] << (i % 8));
	}
	const vv_bits answer = {bits, NULL, count};
	return vv_bits_write(line, &answer, err);
}

static vv_status answer_have(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			     vv_error *err)
{
	size_t count = q->blocks.count;
	uint8_t *have = vv_arena_calloc(arena, count / 8 + 1, 1);
	uint8_t *held = vv_arena_calloc(arena, count / 8 + 1, 1);
	vv_incoming *in = NULL;
	vv_store *store;
	bool holes, below;
	vv_status rc;

	if (!have || !held) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_repository_store(s->repo, &store, err)) < 0 ||
	    (rc = vv_repository_incomplete(s->repo, &holes, err)) < 0 ||
	    (s->writable && (rc = vv_incoming_open(&in, s->repo, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_cid *cid = &q->blocks.items[i];
		bool whole = vv_store_has(store, cid);
		if (whole && holes && cid->codec == VV_CODEC_DAG_CBOR) {
			rc = vv_store_complete(store, cid, &whole, NULL, err);
		}
		have[i / 8] = (uint8_t)(have[i / 8] | whole << (i % 8));
		bool here = whole || vv_store_has(store, cid) ||
			    (in && vv_incoming_has(in, cid, &below));
		held[i / 8] = (uint8_t)(held[i / 8] | here << (i % 8));
	}
	vv_incoming_close(in);
	const vv_bits answer = {have, held, count};
	return rc < 0 ? rc : vv_bits_write(line, &answer, err);
}

static vv_status answer_blocks(vv_serve *s, vv_channel *line, const vv_request *q, vv_error *err)
{
	s->sent += q->blocks.count;
	return vv_send_named(s->repo, line, &q->blocks, &q->like, err);
}

/* --- fetch ---------------------------------------------------------------------------- */

/* Of the haves those that are here. */
static vv_status find_common(vv_serve *s, const vv_request *q, vv_arena *arena, vv_oids *out,
			     vv_error *err)
{
	bool *known = vv_arena_calloc(arena, q->have.count + 1, sizeof(bool));

	out->count = 0;
	out->items = vv_arena_calloc(arena, q->have.count + 1, sizeof(vv_oid));
	if (!known || !out->items) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_commits_known(s->repo, q->have.items, q->have.count, known, err);
	for (size_t i = 0; rc == VV_OK && i < q->have.count; i++) {
		if (known[i]) {
			out->items[out->count++] = q->have.items[i];
		}
	}
	return rc;
}

static vv_status check_wants(vv_serve *s, const vv_request *q, vv_arena *arena, vv_error *err)
{
	bool *known = vv_arena_calloc(arena, q->want.count + 1, sizeof(bool));
	char hex[VV_OID_TEXT + 1];

	if (!known) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_commits_known(s->repo, q->want.items, q->want.count, known, err);
	for (size_t i = 0; rc == VV_OK && i < q->want.count; i++) {
		if (!known[i]) {
			vv_oid_text(hex, &q->want.items[i]);
			vv_fail(err, VV_ENOTFOUND,
				"there is no commit %s in any branch or tag here", hex);
			rc = vv_hint(err, "the branch may have moved meanwhile: try again");
		}
	}
	return rc;
}

static vv_status send_all(vv_serve *s, vv_channel *line, const vv_request *q, const vv_oids *common,
			  vv_error *err)
{
	vv_send *send;
	vv_send_plan plan;
	vv_fetch_sum sum = {0};
	vv_status rc = vv_send_open(&send, s->repo, &q->want, common, NULL, err);

	if (rc < 0) {
		return rc;
	}
	vv_send_plan_get(send, &plan);
	if (q->nodes || (common->count > 0 && plan.leaf_bytes > UNASKED_BYTES)) {
		vv_send_skip_leaves(send);
		sum.withheld = plan.leaves > 0;
	}
	if ((rc = vv_send_blocks(send, line, false, NULL, &sum, err)) == VV_OK &&
	    (rc = vv_send_objects(send, line, NULL, &sum, err)) == VV_OK) {
		rc = vv_fetch_sum_write(line, &sum, err);
	}
	s->sent += sum.blocks;
	vv_send_close(send);
	return rc;
}

static vv_status answer_fetch(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			      vv_error *err)
{
	vv_fetch_start start = {0};
	vv_status rc = check_wants(s, q, arena, err);

	if (rc < 0 || (rc = find_common(s, q, arena, &start.common, err)) < 0) {
		return rc;
	}
	start.ready = q->done;
	if (!start.ready) {
		rc = vv_commits_bounded(s->repo, q->want.items, q->want.count, start.common.items,
					start.common.count, &start.ready, err);
	}
	if (rc < 0 || (rc = vv_fetch_start_write(line, &start, err)) < 0 || !start.ready) {
		return rc;
	}
	return send_all(s, line, q, &start.common, err);
}

/* --- one request ---------------------------------------------------------------------- */

static vv_status answer(vv_serve *s, vv_channel *line, vv_frame_reader *in, const vv_request *q,
			vv_arena *arena, bool *drained, vv_error *err)
{
	static const char *const names[] = {"hello", "known", "fetch", "blocks", "have", "push"};
	vv_status rc;

	s->op = names[q->op];
	if (q->op == VV_OP_PUSH) {
		return serve_push(s, line, in, q, arena, drained, err);
	}
	if ((rc = vv_frame_drain(in, err)) < 0) {
		return rc;
	}
	*drained = true;
	switch (q->op) {
	case VV_OP_HELLO:
		return answer_hello(s, line, q, arena, err);
	case VV_OP_KNOWN:
		return answer_known(s, line, q, arena, err);
	case VV_OP_FETCH:
		return answer_fetch(s, line, q, arena, err);
	case VV_OP_BLOCKS:
		return answer_blocks(s, line, q, err);
	default:
		return answer_have(s, line, q, arena, err);
	}
}

/* An error goes to the peer: after its request was read, or at once where that is broken. */
static vv_status tell(vv_channel *line, vv_frame_reader *in, bool drained, const vv_error *what,
		      vv_error *err)
{
	vv_error ignored;

	if (!drained) {
		in->budget = UINT64_C(1) << 40;
		if (vv_frame_drain(in, &ignored) < 0) {
			(void)vv_frame_fail(line, what, &ignored);
			*err = *what;
			return what->code;
		}
	}
	return vv_frame_fail(line, what, err);
}

vv_status vv_serve_request(vv_serve *s, vv_channel *line, vv_error *err)
{
	vv_frame_reader in;
	vv_arena arena = VV_ARENA_INIT;
	vv_request q;
	vv_error why;
	uint8_t type;
	bool drained = false;
	vv_status rc;

	s->op = "none";
	s->sent = s->received = 0;
	s->failed = true;
	vv_frame_reader_init(&in, line, REQUEST_BUDGET);
	rc = vv_frame_read(&in, &type, &why);
	if (rc == VV_OK && type != VV_FRAME_MESSAGE) {
		rc = vv_fail(&why, VV_ECORRUPT, "a request begins with a message, not with '%c'",
			     type);
		drained = type == VV_FRAME_END;
	} else if (rc < 0) {
		drained = true; /* nothing more can be made of the line */
		(void)vv_frame_fail(line, &why, err);
		*err = why;
	}
	bool broken = rc < 0 && drained && type != VV_FRAME_END;
	if (rc == VV_OK) {
		rc = vv_request_read(&q, &arena, in.payload.data, in.payload.len, &why);
	}
	if (rc == VV_OK) {
		rc = answer(s, line, &in, &q, &arena, &drained, &why);
		s->failed = rc < 0;
	}
	if (!broken) {
		rc = rc < 0 ? tell(line, &in, drained, &why, err) : vv_frame_end(line, err);
	}
	vv_frame_reader_clear(&in);
	vv_arena_clear(&arena);
	return rc;
}

vv_status vv_serve_line(vv_serve *s, vv_channel *line, vv_error *err)
{
	bool end;
	vv_status rc = vv_channel_write(line, VV_GREETING, strlen(VV_GREETING), err);

	rc = rc < 0 ? rc : vv_channel_turn(line, err);
	while (rc == VV_OK && (rc = vv_channel_at_end(line, &end, err)) == VV_OK && !end) {
		rc = vv_serve_request(s, line, err);
	}
	return rc;
}
