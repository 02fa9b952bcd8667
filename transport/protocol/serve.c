/*
 * serve: what each request but a push is answered with.
 */
#include "transport/protocol/serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/store.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incomplete.h"
#include "transport/protocol/send.h"
#include "transport/protocol/serve_internal.h"

#define UNASKED_BYTES                                                                              \
	(1u << 20)                /* a fetch gets less than this without being asked whether it has
				   * it */
#define REQUEST_BUDGET (8u << 20) /* of a request's first frame and messages: more is refused */
#define EDGE_TOLD 1024u           /* commits */

vv_pulse *vv_serve_start_pulse(vv_serve *s, vv_channel *line)
{
	return vv_pulse_start(line, &s->done, s->alive_ms, s->stall_ms);
}

/* --- hello ---------------------------------------------------------------------------- */

typedef struct ref_list {
	vv_hidden_refs hidden;
	vv_arena *arena;
	vv_remote_ref *items;
	size_t count, cap;
} ref_list;

static void ref_list_clear(ref_list *l)
{
	vv_hidden_refs_clear(&l->hidden);
	vv_free(l->items);
}

VV_AUTO_CLEAR(ref_list, ref_list_clear)

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	ref_list *l = payload;

	if (!vv_ref_is_served(&l->hidden, ref->name)) return VV_OK;
	const bool of_commit = !vv_oid_is_null(&ref->commit);
	if (!of_commit && strncmp(ref->name, "refs/tags/", 10) != 0) return VV_OK;
	const vv_remote_ref r = {.name = vv_arena_strndup(l->arena, ref->name, strlen(ref->name)),
				 .id = ref->id,
				 .peeled = of_commit ? ref->commit : ref->id};
	return r.name && vv_array_add(l->items, l->count, l->cap, r) ? VV_OK : vv_fail_nomem(err);
}

/* As the newest heads list them, whatever the branches here are. Where two list one name, the reader, who judges the heads,
 * takes the right id also unseen. */
static vv_status list_signed(vv_serve *s, ref_list *refs, vv_error *err)
{
	const vv_status rc = vv_reachable_each_signed(s->reach, add_ref, refs, err);
	size_t kept = 0;

	if (rc == VV_OK && refs->count > 1) {
		qsort(refs->items, refs->count, sizeof(*refs->items), vv_text_order);
	}
	for (size_t i = 0; rc == VV_OK && i < refs->count; i++) {
		if (kept == 0 || strcmp(refs->items[kept - 1].name, refs->items[i].name) != 0) {
			refs->items[kept++] = refs->items[i];
		}
	}
	refs->count = kept;
	return rc;
}

/* Git itself may have brought commits without their blocks. */
static vv_status find_whole(vv_serve *s, vv_arena *arena, ref_list *refs, vv_oids *edge,
			    vv_error *err)
{
	vv_auto_free vv_oid *ids = vv_calloc(refs->count + 1, sizeof(vv_oid));
	vv_auto(vv_whole) whole = {0};
	vv_status rc = ids ? VV_OK : vv_fail_nomem(err);

	if (rc < 0) return rc;
	for (size_t i = 0; ids && i < refs->count; i++) {
		ids[i] = refs->items[i].peeled;
	}
	if ((rc = vv_whole_look(&whole, s->repo, ids, refs->count, err)) < 0) return rc;
	for (size_t i = 0; i < refs->count; i++) {
		refs->items[i].whole = whole.ids[i];
	}
	if (whole.edge.count > 0) {
		edge->count = whole.edge.count < EDGE_TOLD ? whole.edge.count : EDGE_TOLD;
		edge->items = vv_arena_alloc(arena, edge->count * sizeof(vv_oid));
		if (edge->items) {
			memcpy(edge->items, whole.edge.items, edge->count * sizeof(vv_oid));
		} else {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* Counts blocks that no ref names: the waiting ones, and without any ref those of the store, left
 * by a push that was killed before its refs moved. */
static vv_status count_held(vv_serve *s, bool no_refs, uint64_t *out, vv_error *err)
{
	vv_store *store;
	vv_store_stats stats = {0};

	/* failures to tidy wait for the next time */
	if (vv_incoming_tidy(s->repo, NULL) == VV_ENOMEM ||
	    vv_git_receive_clean(s->repo, NULL) == VV_ENOMEM) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_incoming_count(s->repo, out, err);
	if (rc == VV_OK && no_refs && (rc = vv_repository_store(s->repo, &store, err)) == VV_OK) {
		rc = vv_store_stats_get(store, &stats, err);
	}
	*out += stats.blocks;
	return rc;
}

static bool has_blocks(vv_serve *s)
{
	vv_store *store;
	vv_store_stats stats;

	return vv_repository_store(s->repo, &store, VV_IGNORED) == VV_OK &&
	       vv_store_stats_get(store, &stats, VV_IGNORED) == VV_OK && stats.blocks > 0;
}

/* A digest of the repository's secret. A read-only repository may have no secret; then id is
 * empty. One without blocks gets none: this may be a dry run, and who counts copies asks for
 * blocks. */
static void name_repository(vv_serve *s, char id[VV_REPOSITORY_ID + 1])
{
	uint8_t bytes[16 + 8] = "varve repository", digest[VV_SHA256_LEN];
	uint64_t secret;

	if ((vv_repository_has_secret(s->repo) || has_blocks(s)) &&
	    vv_repository_secret(s->repo, &secret, VV_IGNORED) == VV_OK) {
		vv_put_le64(bytes + 16, secret);
		if (vv_sha256(digest, bytes, sizeof(bytes), VV_IGNORED) == VV_OK) {
			vv_hex_write(id, digest, VV_REPOSITORY_ID / 2);
		}
	}
}

static vv_status answer_hello(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			      vv_error *err)
{
	vv_auto(ref_list) refs = {.arena = arena};
	vv_auto(vv_head) head = {0};
	vv_hello h = {.writable = s->writable, .tells_whole = q->whole && s->writable};
	bool reached = false;
	vv_status rc;

	if ((rc = vv_head_read(s->repo, &head, err)) < 0) return rc;
	name_repository(s, h.id);
	const bool only_signed = vv_reachable_is_only_signed(s->reach);
	if ((rc = vv_hidden_refs_load(&refs.hidden, s->repo, "uploadpack", err)) < 0 ||
	    (rc = only_signed ? list_signed(s, &refs, err)
			      : vv_refs_each(s->repo, "refs/", add_ref, &refs, err)) < 0 ||
	    (s->writable && (rc = count_held(s, refs.count == 0, &h.held, err)) < 0) ||
	    (h.tells_whole && (rc = find_whole(s, arena, &refs, &h.edge, err)) < 0) ||
	    /* one that no ref reaches is not shown */
	    (head.detached &&
	     (rc = vv_reachable_commits(s->reach, &head.commit, 1, &reached, err)) < 0)) {
		return rc;
	}
	h.detached = reached ? head.commit : h.detached;
	h.head = only_signed || head.detached || vv_hidden_refs_has(&refs.hidden, head.branch)
			 ? NULL
			 : head.branch;
	h.refs = refs.items;
	h.ref_count = refs.count;
	return vv_hello_write(line, &h, err);
}

/* --- known, have, blocks -------------------------------------------------------------- */

/* A commit without the blocks of all its versions is none that another side may build upon. */
static vv_status only_whole(vv_serve *s, const vv_request *q, vv_arena *arena, bool *known,
			    vv_error *err)
{
	vv_oid *ids = vv_arena_calloc(arena, q->want.count + 1, sizeof(vv_oid));
	vv_auto(vv_whole) whole = {0};
	size_t count = 0;

	if (!ids) return vv_fail_nomem(err);
	for (size_t i = 0; i < q->want.count; i++) {
		if (known[i]) {
			ids[count++] = q->want.items[i];
		}
	}
	vv_status rc = vv_whole_look(&whole, s->repo, ids, count, err);
	for (size_t i = 0, k = 0; rc == VV_OK && i < q->want.count; i++) {
		known[i] = known[i] && whole.ids[k++];
	}
	return rc;
}

static vv_status answer_known(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			      vv_error *err)
{
	size_t count = q->want.count;
	bool *known = vv_arena_calloc(arena, count + 1, sizeof(bool));
	uint8_t *bits = vv_arena_calloc(arena, count / 8 + 1, 1);
	vv_status rc;

	if (!known || !bits) return vv_fail_nomem(err);
	if ((rc = vv_reachable_commits(s->reach, q->want.items, count, known, err)) < 0 ||
	    (rc = only_whole(s, q, arena, known, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		bits[i / 8] = (uint8_t)(bits[i / 8] | known[i] << (i % 8));
	}
	const vv_bits answer = {bits, NULL, count};
	return vv_bits_write(line, &answer, err);
}

/* A client that may push can build on every block here; readers learn only of blocks that refs
 * reach. */
static vv_status shown_to_peer(vv_serve *s, const vv_cid *cids, size_t count, bool *out,
			       vv_error *err)
{
	if (!s->writable) return vv_reachable_blocks(s->reach, cids, count, out, err);
	for (size_t i = 0; i < count; i++) {
		out[i] = true;
	}
	return VV_OK;
}

/* So many blocks are looked at for one answer, about (the last version is looked at as a whole). */
#define WHOLE_BLOCKS_MAX (UINT64_C(1) << 22)

/* Is the version whole? */
static vv_status look_below(vv_completing *c, const vv_cid *root, bool *whole, vv_error *err)
{
	if (c->looked >= WHOLE_BLOCKS_MAX) {
		return vv_fail(
			err, VV_EREFUSED,
			"%s were examined, and the limit for one request is reached\nask for fewer "
			"versions at once",
			vv_text_counted(c->looked, "block", NULL));
	}
	return vv_completing_add(c, root, whole, err);
}

static vv_status answer_have(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			     vv_error *err)
{
	size_t count = q->blocks.count;
	uint8_t *have = vv_arena_calloc(arena, count / 8 + 1, 1);
	uint8_t *held = vv_arena_calloc(arena, count / 8 + 1, 1);
	bool *shown = vv_arena_calloc(arena, count + 1, sizeof(bool));
	vv_auto(vv_fd) dropping = -1;
	vv_auto(vv_incoming) *in = NULL;
	vv_auto(vv_completing) whole_ones = {.store = NULL};
	vv_store *store;
	bool holes, below;
	vv_status rc;

	if (!have || !held || !shown) return vv_fail_nomem(err);
	if (q->keep && (dropping = vv_drop_lock(s->repo, false, err)) < 0) {
		return (vv_status)dropping;
	}
	if ((rc = vv_repository_store(s->repo, &store, err)) < 0 ||
	    (rc = vv_repository_incomplete(s->repo, &holes, err)) < 0 ||
	    (rc = q->keep ? vv_reachable_blocks(s->reach, q->blocks.items, count, shown, err)
			  : shown_to_peer(s, q->blocks.items, count, shown, err)) < 0 ||
	    (s->writable && (rc = vv_incoming_open(&in, s->repo, err)) < 0)) {
		return rc;
	}
	whole_ones.store = store;
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_cid *cid = &q->blocks.items[i];
		bool whole = shown[i] && vv_store_has(store, cid);
		if (whole && (holes || q->keep) && cid->codec == VV_CODEC_DAG_CBOR) {
			rc = look_below(&whole_ones, cid, &whole, err);
		}
		have[i / 8] = (uint8_t)(have[i / 8] | whole << (i % 8));
		bool here = whole || (shown[i] && vv_store_has(store, cid)) ||
			    (in && vv_incoming_has(in, cid, &below));
		held[i / 8] = (uint8_t)(held[i / 8] | here << (i % 8));
	}
	const vv_bits answer = {have, held, count};
	return rc < 0 ? rc : vv_bits_write(line, &answer, err);
}

static vv_status answer_blocks(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			       vv_error *err)
{
	size_t count = q->blocks.count;
	bool *shown = vv_arena_calloc(arena, count + q->like.count + 1, sizeof(bool));
	vv_status rc;

	if (!shown) return vv_fail_nomem(err);
	if ((rc = vv_reachable_blocks(s->reach, q->blocks.items, count, shown, err)) < 0 ||
	    (rc = vv_reachable_blocks(s->reach, q->like.items, q->like.count, shown + count, err)) <
		    0) {
		return rc;
	}
	s->sent += count;
	return vv_send_named(s->repo, line, q, shown, err);
}

/* --- fetch ---------------------------------------------------------------------------- */

/* The haves that are here. */
static vv_status find_common(vv_serve *s, const vv_request *q, vv_arena *arena, vv_oids *out,
			     vv_error *err)
{
	bool *known = vv_arena_calloc(arena, q->have.count + 1, sizeof(bool));

	out->count = 0;
	out->items = vv_arena_calloc(arena, q->have.count + 1, sizeof(vv_oid));
	if (!known || !out->items) return vv_fail_nomem(err);
	vv_status rc = vv_reachable_commits(s->reach, q->have.items, q->have.count, known, err);
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

	if (!known) return vv_fail_nomem(err);
	vv_status rc = vv_reachable_commits(s->reach, q->want.items, q->want.count, known, err);
	for (size_t i = 0; rc == VV_OK && i < q->want.count; i++) {
		if (!known[i]) {
			rc = vv_fail(err, VV_ENOTFOUND,
				     "commit %s is in no branch or tag here\ntry again: the branch "
				     "may have moved in the meantime",
				     vv_oid_shows(&q->want.items[i]));
		}
	}
	return rc;
}

static vv_status send_all(vv_serve *s, vv_channel *line, const vv_request *q, const vv_oids *common,
			  vv_error *err)
{
	vv_auto(vv_send) *send = NULL;
	vv_fetch_sum sum = {0};
	vv_status rc = q->history ? vv_send_open_history(&send, s->repo, &q->want, common, err)
				  : vv_send_open(&send, s->repo, &q->want, common, NULL, NULL, err);

	if (rc < 0) return rc;
	vv_send_plan plan = vv_send_plan_get(send);
	if (q->nodes || (common->count > 0 && plan.leaf_bytes > UNASKED_BYTES)) {
		vv_send_skip_leaves(send);
		sum.withheld = plan.leaves > 0;
	}
	if ((rc = vv_send_blocks(send, line, false, NULL, &sum, err)) == VV_OK &&
	    (rc = vv_send_objects(send, line, NULL, &sum, err)) == VV_OK) {
		rc = vv_fetch_sum_write(line, &sum, err);
	}
	s->sent += sum.blocks;
	return rc;
}

static vv_status answer_fetch(vv_serve *s, vv_channel *line, const vv_request *q, vv_arena *arena,
			      vv_error *err)
{
	vv_fetch_start start = {0};
	vv_status rc = check_wants(s, q, arena, err);

	if (rc < 0 || (rc = find_common(s, q, arena, &start.common, err)) < 0) return rc;
	start.ready = q->done;
	if (!start.ready) {
		rc = vv_commits_bounded(s->repo, q->want.items, q->want.count, start.common.items,
					start.common.count, &start.ready, err);
	}
	if (rc < 0 || (rc = vv_fetch_start_write(line, &start, err)) < 0 || !start.ready) return rc;
	return send_all(s, line, q, &start.common, err);
}

/* --- one request ---------------------------------------------------------------------- */

static vv_status answer_question(vv_serve *s, vv_channel *line, const vv_request *q,
				 vv_arena *arena, vv_error *err)
{
	switch (q->op) {
	case VV_OP_HELLO:
		return answer_hello(s, line, q, arena, err);
	case VV_OP_KNOWN:
		return answer_known(s, line, q, arena, err);
	case VV_OP_FETCH:
		return answer_fetch(s, line, q, arena, err);
	case VV_OP_BLOCKS:
		return answer_blocks(s, line, q, arena, err);
	default:
		return answer_have(s, line, q, arena, err);
	}
}

static vv_status answer_request(vv_serve *s, vv_channel *line, vv_frame_reader *in,
				const vv_request *q, vv_arena *arena, bool *drained, vv_error *err)
{
	vv_status rc;

	s->op = vv_op_name(q->op);
	if (q->op == VV_OP_PUSH) return vv_serve_answer_push(s, line, in, q, arena, drained, err);
	if ((rc = vv_frame_drain(in, err)) < 0) return rc;
	*drained = true;
	vv_pulse *pulse = vv_serve_start_pulse(s, line);
	rc = answer_question(s, line, q, arena, err);
	vv_pulse_stop(pulse);
	return rc;
}

vv_status vv_serve_fail_hold(vv_error *err)
{
	return vv_fail(
		err, VV_EREFUSED,
		"no copies are kept here for others\n"
		"the server's owner can allow copies with --hold SIZE --for DID, or the setting varve.hold");
}

static vv_status answer_hold(vv_serve *s, vv_channel *line, vv_frame_reader *in, bool *drained,
			     vv_error *err)
{
	vv_auto(vv_buf) message = in->payload;

	s->op = "hold";
	in->payload = (vv_buf){0}; /* reading on would write over it */
	vv_status rc = vv_frame_drain(in, err);
	*drained = rc == VV_OK;
	if (rc < 0 || !s->hold) return rc < 0 ? rc : vv_serve_fail_hold(err);
	vv_pulse *pulse = s->only_hold ? vv_serve_start_pulse(s, line) : NULL;
	rc = s->hold(s->hold_payload, s->repo, line, message.data, message.len, err);
	vv_pulse_stop(pulse);
	return rc;
}

/* Sends an error to the peer: after reading its request, or at once if that is broken. */
static vv_status send_failure(const vv_serve *s, vv_channel *line, vv_frame_reader *in,
			      bool drained, const vv_error *what, vv_error *err)
{
	vv_error worded = *what;

	vv_hint_word(&worded, vv_repository_words(s->repo));
	if (!drained) {
		in->budget = UINT64_C(1) << 40;
		if (vv_frame_drain(in, VV_IGNORED) < 0) {
			(void)vv_frame_fail(line, &worded, VV_IGNORED);
			*err = *what;
			return what->code;
		}
	}
	return vv_frame_fail(line, &worded, err);
}

static vv_status take_request(vv_serve *s, vv_channel *line, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_request q;
	vv_error why;
	uint8_t type;
	bool drained = false;

	s->op = "none";
	s->sent = 0;
	s->failed = true;
	vv_frame_reader_init(&in, line, REQUEST_BUDGET);
	vv_status rc = vv_frame_read(&in, &type, &why);
	if (rc == VV_OK && type != VV_FRAME_MESSAGE) {
		rc = vv_fail(&why, VV_ECORRUPT, "expected a request, not '%c'", type);
		drained = type == VV_FRAME_END;
	} else if (rc < 0) {
		drained = true; /* nothing more can be made of the line */
		(void)vv_frame_fail(line, &why, err);
		*err = why;
	}
	bool broken = rc < 0 && drained && type != VV_FRAME_END;
	if (rc == VV_OK && (s->only_hold || vv_request_is_hold(in.payload.data, in.payload.len))) {
		rc = answer_hold(s, line, &in, &drained, &why);
		s->failed = rc < 0;
	} else if (rc == VV_OK && (rc = vv_request_read(&q, &arena, in.payload.data, in.payload.len,
							&why)) == VV_OK) {
		rc = answer_request(s, line, &in, &q, &arena, &drained, &why);
		s->failed = rc < 0;
	}
	if (!broken) {
		rc = rc < 0 ? send_failure(s, line, &in, drained, &why, err)
			    : vv_frame_end(line, err);
	}
	return rc;
}

/* Makes s->reach, as *own, unless the caller of this file lent one. */
static vv_status make_reach(vv_serve *s, vv_reachable **own, vv_error *err)
{
	if (s->reach) return VV_OK;
	*own = s->reach = vv_reachable_new(vv_repository_commondir(s->repo),
					   vv_repository_env(s->repo));
	if (!s->reach) return vv_fail_nomem(err);
	if (s->only_signed) {
		vv_reachable_only_signed(s->reach);
	}
	return VV_OK;
}

vv_status vv_serve_request(vv_serve *s, vv_channel *line, vv_error *err)
{
	vv_auto(vv_reachable) *own = NULL;
	vv_status rc = make_reach(s, &own, err);

	if (rc == VV_OK) {
		rc = take_request(s, line, err);
	}
	s->reach = own ? NULL : s->reach;
	return rc;
}

vv_status vv_serve_line(vv_serve *s, vv_channel *line, vv_error *err)
{
	vv_auto(vv_reachable) *own = NULL;
	bool end;
	vv_status rc = make_reach(s, &own, err);

	if (rc == VV_OK &&
	    (rc = vv_channel_write(line, VV_GREETING, strlen(VV_GREETING), err)) == VV_OK) {
		rc = vv_channel_turn(line, err);
	}
	while (rc == VV_OK && (rc = vv_channel_at_end(line, &end, err)) == VV_OK && !end) {
		rc = take_request(s, line, err);
	}
	s->reach = own ? NULL : s->reach;
	return rc;
}
