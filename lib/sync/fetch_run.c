/*
 * fetch_run: the order of things in a fetch.
 */
#include "lib/sync/fetch_run.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/seen.h"
#include "lib/heads/shown_refs.h"
#include "lib/heads/signed_files.h"
#include "lib/heads/verdict.h"
#include "lib/remotes/noted.h"
#include "lib/sync/expired_lists.h"
#include "lib/sync/fetch_from.h"
#include "lib/sync/signed_plan.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/send.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incomplete.h"
#include "transport/protocol/receipt.h"

typedef struct run {
	vv_fetch_job *j;
	vv_fetch_from from;
	vv_refspec *specs;
	size_t spec_count;
	bool ref_asked;   /* a peer's ref of blocks is, or there is none */
	bool peers_asked; /* block peers are among the suppliers */
	bool lazy;        /* remote.<name>.varveLazy: history alone */
	uint64_t commits; /* that git brought */
	vv_fetch_result result;
	vv_heads_seen seen;  /* signed heads */
	vv_shown_refs shown; /* the refs of the source, if it has signed heads */
	vv_sha256_ids *ids;  /* of files that a head covers; NULL: none were compared */
	bool follows; /* refs of the remote are where its newest head has them, or after it */
	bool lost;    /* it does not have the commits of that head */
	bool alone;   /* nor has any other copy */
	vv_oid lists_before; /* the commit of the lists of expired versions */
} run;

void vv_fetch_job_clear(vv_fetch_job *j)
{
	vv_ref_plan_clear(&j->plan);
	vv_buf_clear(&j->left_out);
	vv_free_all(j->merge_name, j->remote_head, j->url, j->name);
}

static vv_status look_lazy(run *r, vv_error *err)
{
	vv_auto(char) *key = NULL;

	if (r->j->full || !r->from.remote.name) return VV_OK;
	if (!(key = vv_remote_key(r->from.remote.name, "varvelazy"))) return vv_fail_nomem(err);
	return vv_config_bool(r->j->repo, key, false, &r->lazy, err);
}

/* --- what to fetch ------------------------------------------------------------------------ */

static vv_status read_specs(run *r, vv_error *err)
{
	vv_status rc = VV_OK;

	r->specs = vv_calloc((size_t)r->j->spec_count + 1, sizeof(*r->specs));
	if (!r->specs) return vv_fail_nomem(err);
	for (int i = 0; rc == VV_OK && i < r->j->spec_count; i++) {
		rc = vv_refspec_read(&r->specs[r->spec_count], r->j->specs[i], err);
		r->spec_count += rc == VV_OK;
	}
	if (rc == VV_OK && r->spec_count == 0 && r->from.remote.fetch_count == 0) {
		rc = vv_refspec_read(&r->specs[r->spec_count], "HEAD", err); /* of a bare URL */
		r->spec_count += rc == VV_OK;
	}
	return rc;
}

/* Another peer may be behind the remote, and have branches of its own, so it moves nothing of the remote's. */
static vv_status limit_plan(run *r, vv_error *err)
{
	vv_auto(vv_buf) folder = VV_BUF_INIT;
	vv_status rc;

	vv_array_each(r->j->plan.moves, r->j->plan.count, m) {
		m->force = m->force && r->j->force;
	}
	if ((rc = vv_remote_peer_folder(&folder, r->j->repo, &r->from.stand, err)) < 0) return rc;
	return vv_ref_plan_stand_in(&r->j->plan, r->j->repo, &r->from.remote, folder.data,
				    r->spec_count > 0 || r->j->hide_refs, err);
}

static vv_status make_plan(run *r, vv_error *err)
{
	const vv_fetch_job *j = r->j;
	const bool own = r->spec_count > 0;
	const vv_ref_plan_options o = {.specs = own ? r->specs : r->from.remote.fetch,
				       .spec_count = own ? r->spec_count
							 : r->from.remote.fetch_count,
				       .tracking = r->from.remote.fetch,
				       .tracking_count = r->from.remote.fetch_count,
				       .tags = j->tags,
				       .prune = j->prune && !r->from.stand_in,
				       .force = j->force,
				       .detached = j->detached && !r->from.stand_in,
				       .merge = j->merge};
	vv_status rc = vv_ref_plan_make(&r->j->plan, j->repo, r->from.hello, &o, err);

	/* A bare clone has no tracking branches. */
	if (rc == VV_OK && r->from.stand_in && !(j->hide_refs && vv_repository_is_bare(j->repo))) {
		rc = limit_plan(r, err);
	}
	return rc < 0 ? rc : vv_ref_plan_check_current(&r->j->plan, j->repo, err);
}

/* --- moving refs --------------------------------------------------------------------------- */

static vv_status list_wants(const run *r, vv_oids *out, vv_error *err)
{
	const vv_ref_plan *p = &r->j->plan;

	out->count = 0;
	out->items = vv_calloc(p->count + 1, sizeof(vv_oid));
	if (!out->items) return vv_fail_nomem(err);
	vv_array_each(p->moves, p->count, move) {
		if (!vv_oid_is_null(&move->id) && !move->behind) {
			out->items[out->count++] = move->id;
		}
	}
	return VV_OK;
}

/* Notes that the place of the blocks is unreachable: the history is available, so the fetch
 * continues. */
static vv_status say_unkept(const run *r, vv_error *why, vv_error *err)
{
	if (why->code == VV_ENOMEM || why->code == VV_ECANCELLED || why->full) {
		return vv_error_copy(err, why);
	}
	vv_notes_word(r->from.t.notes, why);
	vv_notes_warn(r->from.t.notes, "%s", why->message);
	if (why->hint[0]) {
		vv_notes_put(r->from.t.notes, "hint: %s", why->hint);
	}
	return VV_OK;
}

/* Downloads packs for incomplete versions before single blocks are requested. */
static vv_status expect_blocks(run *r, vv_error *err)
{
	vv_auto(vv_whole) whole = {.asks = true};
	vv_auto(vv_oids) wants = {0};
	size_t peers = 0;
	vv_error why;
	vv_status rc;

	if ((rc = list_wants(r, &wants, err)) < 0 ||
	    (rc = vv_whole_look(&whole, r->j->repo, wants.items, wants.count, err)) < 0) {
		return rc;
	}
	if (!whole.all && !r->peers_asked) {
		r->peers_asked = true;
		rc = vv_reach_block_peers(&r->from.t, r->from.origin.host,
					  r->from.suppliers + r->from.supplier_count,
					  VV_SUPPLIERS_MAX - r->from.supplier_count, &peers, err);
		r->from.supplier_count += peers;
	}
	/* if peers store them, the host is used only for single blocks that no peer has */
	if (rc == VV_OK && !whole.all && r->from.supplier_count - r->from.unasked_count == 1) {
		rc = vv_git_host_expect(r->from.origin.host, &wants, &whole.tips, &why);
		rc = rc < 0 ? say_unkept(r, &why, err) : rc;
	}
	return rc;
}

/* Skips a ref, as one whose blocks no peer has. */
static vv_status leave_behind(run *r, const vv_oid *id, const vv_error *why, vv_error *err)
{
	vv_fetch_result *f = &r->result;
	size_t cap = f->behind_count;

	return vv_array_add(f->behind, f->behind_count, cap, (vv_fetch_behind){*id, *why})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* The remote lacks the commits of its head, so another copy is tried. If none has them a clone begins with the available
 * ones. */
static vv_status miss_signed(run *r, const vv_ref_move *m, const char *what, const vv_oid *named,
			     vv_error *err)
{
	const vv_head_record *h = &r->seen.judged.newest.record;
	vv_error why;

	r->lost = true;
	vv_fail(&why, VV_ELOST,
		"'%s' has %s of %s, but lacks the commit %.10s that this head "
		"names",
		vv_text_url(r->from.remote.url), what, vv_did_key_shows(h->key),
		vv_oid_shows(named));
	vv_hint(&why, "get the commit from its signer, a mirror or another clone: --from URL");
	if (!r->alone) {
		return vv_error_copy(err, &why);
	}
	if (!r->j->keep_missing) return leave_behind(r, &m->id, &why, err);
	vv_notes_warn(r->from.t.notes, "%s", why.message);
	vv_notes_warn(r->from.t.notes, "the clone has the remote's current version, which is not "
				       "the newest signed one");
	vv_notes_put(r->from.t.notes, "hint: %s", why.hint);
	return VV_OK;
}

/* A peer serves what its heads list, also if none of its branches has it. */
static bool peer_has(const run *r, const vv_oid *commit)
{
	vv_oid id = *commit;
	const vv_oids ids = {.items = &id, .count = 1};
	uint8_t bits = 0;

	return r->from.origin.peer &&
	       vv_peer_known(r->from.origin.peer, &ids, &bits, VV_IGNORED) == VV_OK &&
	       (bits & 1) != 0;
}

/* Refs of the remote that are before its newest head, or elsewhere, are taken from the head. *other: some are. */
static vv_status follow_heads(run *r, bool *other, vv_error *err)
{
	vv_ref_plan *p = &r->j->plan;
	vv_status rc;

	for (size_t i = 0; r->follows && i < p->count; i++) {
		vv_ref_move *m = &p->moves[i];
		vv_auto(vv_buf) what = VV_BUF_INIT;
		vv_verdict v;

		if (m->done || m->behind || vv_oid_is_null(&m->id)) {
			continue;
		}
		rc = vv_verdict_of(&v, &r->seen.judged, r->j->repo, m->from, &m->id, err);
		if (rc < 0) return rc;
		if (v.is < VV_BEFORE_SIGNED) {
			continue;
		}
		if (!v.here && r->from.origin.host) { /* most hosts serve objects by id */
			char hex[VV_OID_TEXT + 1];
			const char *id = hex;
			vv_oid came;

			vv_oid_text(hex, &v.named);
			if (vv_git_host_history(r->from.origin.host, &id, 1, &came, VV_IGNORED) ==
				    VV_OK &&
			    (rc = vv_verdict_of(&v, &r->seen.judged, r->j->repo, m->from, &m->id,
						err)) < 0) {
				return rc;
			}
		}
		vv_verdict_put(&what, &v, &r->seen.judged, m->from);
		if ((rc = vv_buf_ok(&what, err)) < 0) return rc;
		if (v.here || peer_has(r, &v.named)) {
			vv_notes_warn(r->from.t.notes, "'%s' has %s: using the signed version",
				      vv_text_url(r->from.remote.url), what.data);
			vv_ref_move_to(m, &v.named);
			if (other) {
				*other = true;
			}
		} else if ((rc = miss_signed(r, m, what.data, &v.named, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* For later pushes, which need not read its lists again. */
static vv_status note_host(const run *r, vv_error *err)
{
	vv_auto(vv_oids) wants = {0};
	const vv_status rc = r->from.stand_in ? VV_OK : list_wants(r, &wants, err);

	return rc < 0 ? rc : vv_git_host_note(r->from.origin.host, wants.items, wants.count, err);
}

/* The moves whose commits are not here yet. */
static vv_status find_new(const run *r, const char **names, vv_oid *ids, size_t *places,
			  size_t *count, vv_error *err)
{
	const vv_ref_plan *p = &r->j->plan;
	vv_auto_free bool *known = vv_calloc(p->count + 1, sizeof(*known));
	size_t asked = 0;
	vv_status rc;

	*count = 0;
	if (!known) return vv_fail_nomem(err);
	for (size_t i = 0; i < p->count; i++) {
		if (!vv_oid_is_null(&p->moves[i].id)) {
			ids[asked] = p->moves[i].id;
			places[asked++] = i;
		}
	}
	if ((rc = vv_commits_known(r->j->repo, ids, asked, known, err)) < 0) return rc;
	for (size_t i = 0; i < asked; i++) {
		if (!known[i]) {
			const char *from = p->moves[places[i]].from;
			const bool added = r->shown.added && strcmp(from, r->shown.hello.head) == 0;

			names[*count] = added ? r->shown.added : from;
			places[(*count)++] = places[i];
		}
	}
	return VV_OK;
}

/* From a Git host history comes first, by git: refs of ours name it until the real ones do. */
static vv_status bring_history(run *r, vv_error *err)
{
	vv_ref_plan *p = &r->j->plan;
	vv_auto_free const char **names = vv_calloc(p->count + 1, sizeof(*names));
	vv_auto_free vv_oid *ids = vv_calloc(p->count + 1, sizeof(*ids));
	vv_auto_free size_t *places = vv_calloc(p->count + 1, sizeof(*places));
	size_t count = 0;
	uint64_t commits = 0;
	vv_status rc = names && ids && places ? vv_git_host_tidy(r->from.origin.host, err)
					      : vv_fail_nomem(err);

	rc = rc < 0 ? rc : find_new(r, names, ids, places, &count, err);
	if (rc == VV_OK && count > 0 &&
	    (rc = vv_git_host_history(r->from.origin.host, names, count, ids, err)) == VV_OK &&
	    (!r->j->hide_refs ||
	     (rc = vv_plain_came(r->j->repo, ids, count, &commits, err)) == VV_OK)) {
		rc = commits > 0 ? VV_OK : vv_commits_new(r->j->repo, ids, count, &commits, err);
		r->commits += commits;
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		p->moves[places[i]].id = ids[i]; /* it may have moved since the request */
	}
	if (rc < 0 || (rc = follow_heads(r, NULL, err)) < 0 || r->lazy) return rc;
	vv_git_host_reading(r->from.origin.host);
	rc = expect_blocks(r, err);
	rc = rc < 0 ? rc : vv_git_host_watch(r->from.origin.host, err);
	return rc < 0 ? rc : note_host(r, err);
}

/* Blocks that the origin lacks may be in its ref of blocks, from a client that used a plain URL. True: this is
 * now a further supplier, and blocks are missing. */
static bool add_blocks_ref(run *r, vv_status rc)
{
	vv_git_host *host;

	if (rc != VV_EMISSING &&
	    (rc < 0 || (r->result.missing_count == 0 && r->result.behind_count == 0))) {
		return false;
	}
	if (r->from.origin.host || r->ref_asked || r->from.supplier_count == VV_SUPPLIERS_MAX) {
		return false;
	}
	r->ref_asked = true;
	if (vv_reach_blocks_ref(&host, &r->from.t,
				r->from.stand_in ? &r->from.stand : &r->from.remote, false, true,
				VV_IGNORED) < 0 ||
	    !host) {
		return false;
	}
	vv_git_host_supplier(host, NULL, &r->from.suppliers[r->from.supplier_count++]);
	return true;
}

/* Adds the results of an earlier run. */
static void add_before(run *r, const vv_fetch_result *before)
{
	vv_fetch_result *now = &r->result;

	now->sum = before->sum;
	now->versions += before->versions - before->incomplete;
	now->mended |= before->mended;
	now->received.blocks += before->received.blocks;
	now->received.bytes += before->received.bytes;
}

static void mark_behind(run *r)
{
	vv_array_each(r->j->plan.moves, r->j->plan.count, m) {
		m->behind = false;
		vv_array_each(r->result.behind, r->result.behind_count, it) {
			m->behind |= vv_oid_equal(&it->id, &m->id);
		}
	}
}

/* Do refs move after the blocks, when the files are found to be those of the newest head? */
static bool moves_later(const run *r)
{
	return r->seen.judged.has_newest;
}

/* Once, with those suppliers that there are. */
static vv_status fetch_once(run *r, vv_error *err)
{
	const bool incomplete = r->j->allow_missing || r->j->keep_missing;
	vv_auto_free vv_ref_change *changes = NULL;
	vv_auto(vv_oids) wants = {0};
	size_t count = 0;
	vv_status rc = vv_ref_plan_changes(&r->j->plan, r->j->repo, false, r->from.stand_in,
					   &changes, &count, err);

	rc = rc < 0 ? rc : list_wants(r, &wants, err);
	if (rc == VV_OK) {
		const char *lazy = NULL; /* the remote that has the blocks */

		if (r->lazy) {
			lazy = r->from.stand_in ? r->from.stand.url : r->from.remote.name;
		}
		const vv_fetch f = {.repo = r->j->repo,
				    .suppliers = r->from.suppliers,
				    .supplier_count = r->from.supplier_count,
				    .wants = wants,
				    .refs = changes,
				    .ref_count = moves_later(r) ? 0 : count,
				    .message = "fetch",
				    .check = vv_transfer_check,
				    .payload = &r->from.t,
				    .allow_missing = incomplete,
				    .each = !incomplete,
				    .lazy = lazy,
				    .full = r->j->full,
				    .progress = r->from.t.progress};
		rc = vv_fetch_run(&f, &r->result, err);
		r->j->elsewhere += r->result.elsewhere;
	}
	if (rc == VV_OK) {
		mark_behind(r);
	}
	for (size_t i = 0; rc == VV_OK && !moves_later(r) && i < count; i++) {
		vv_ref_plan_done(&r->j->plan, changes[i].name);
	}
	return rc;
}

/* Those that may only go forward; or, where they did not go with the blocks, the others. */
static vv_status move_refs(run *r, bool forward, vv_error *err)
{
	vv_auto_free vv_ref_change *changes = NULL;
	size_t count = 0;
	vv_status rc = vv_ref_plan_changes(&r->j->plan, r->j->repo, forward, r->from.stand_in,
					   &changes, &count, err);

	if (rc == VV_OK && count > 0) {
		rc = vv_refs_update(r->j->repo, changes, count, "fetch", err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_ref_plan_done(&r->j->plan, changes[i].name);
	}
	return rc;
}

/* A peer's commits are stored, but no ref names them yet. */
static vv_status follow_peer(run *r, vv_error *err)
{
	bool other = false;
	vv_status rc = follow_heads(r, &other, err);

	if (rc < 0) return rc;
	if (other) { /* it may not have all blocks of it */
		vv_auto(vv_fetch_result) before = r->result;
		rc = fetch_once(r, err);
		add_before(r, &before);
	}
	mark_behind(r);
	return rc;
}

/* Where the history came from. */
static const char *source_url(const run *r)
{
	return r->from.stand_in ? r->from.suppliers[0].name : r->from.remote.url;
}

/* Was this ref's content compared when the same head was trusted? */
static bool is_as_before(const run *r, const vv_ref_move *m)
{
	const vv_trusted_head *h = vv_trust_newest(&r->seen.before);

	return vv_oid_equal(&m->old, &m->id) && h &&
	       vv_oid_equal(&h->commit, &r->seen.judged.newest.id);
}

static vv_status check_files(run *r, const vv_head_commit *head, vv_error *err)
{
	if (!head->has_content) return VV_OK;
	if (!r->ids && !(r->ids = vv_sha256_ids_new(r->j->repo))) return vv_fail_nomem(err);
	vv_array_each(r->j->plan.moves, r->j->plan.count, m) {
		vv_status rc;

		if (m->behind || vv_oid_is_null(&m->id) || is_as_before(r, m)) {
			continue;
		}
		rc = vv_signed_files_check(head, r->ids, m->from, source_url(r), err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* Commits, trees and blobs came by their SHA-1 ids; no ref moves to others than those that were signed. */
static vv_status check_content(run *r, vv_error *err)
{
	const vv_judged *j = &r->seen.judged;
	vv_status rc = check_files(r, &j->newest, err);

	for (size_t i = 0; rc == VV_OK && i < j->tip_count; i++) {
		vv_auto(vv_head_commit) head = {.parent_count = 0};

		if (vv_oid_equal(&j->tips[i], &j->newest.id)) {
			continue;
		}
		rc = vv_head_commit_read(&head, r->j->repo, &j->tips[i], err);
		rc = rc < 0 ? rc : vv_signed_files_read(&head, r->j->repo, err);
		rc = rc < 0 ? rc : check_files(r, &head, err);
	}
	return rc;
}

static vv_status fetch_versions(run *r, vv_error *err)
{
	vv_status rc = r->from.origin.host ? bring_history(r, err) : VV_OK;

	if (rc < 0) return rc;
	rc = fetch_once(r, err);
	if (add_blocks_ref(r, rc)) {
		vv_supplier *s = &r->from.suppliers[r->from.supplier_count - 1];
		vv_auto(vv_fetch_result) before = r->result;
		vv_array_each(r->j->plan.moves, r->j->plan.count, it) {
			it->behind = false;
		}
		const vv_status first = rc;
		rc = fetch_once(r, err);
		vv_git_host_tell_damage(vv_git_host_of(s));
		if (first == VV_OK) {
			add_before(r, &before);
		}
	}
	if (rc == VV_OK && r->follows && !r->from.origin.host) {
		rc = follow_peer(r, err);
	}
	if (rc == VV_OK && moves_later(r) && (rc = check_content(r, err)) == VV_OK) {
		rc = move_refs(r, false, err);
	}
	if (rc == VV_EMISSING || r->result.missing_count > 0 || r->result.behind_count > 0) {
		vv_reach_tell(&r->from.t, &r->from.untold);
	}
	if (r->from.origin.host) {
		r->result.sum.commits = r->commits;
		vv_git_host_tell_damage(r->from.origin.host);
	}
	/* of hosts packs came, which are smaller than the blocks in them */
	vv_array_each(r->from.suppliers, r->from.supplier_count, supplier) {
		const vv_git_host *host = vv_git_host_of(supplier);
		if (host) {
			supplier->name = vv_git_host_blocks_url(host);
			supplier->line = vv_git_host_bytes(host);
		}
	}
	return rc;
}

static vv_signed_plan signed_plan(run *r)
{
	return (vv_signed_plan){.plan = &r->j->plan,
				.repo = r->j->repo,
				.judged = &r->seen.judged,
				.remote = &r->from.remote,
				.url = source_url(r),
				.notes = r->j->quiet ? NULL : r->from.t.notes};
}

static vv_heads_whose whose_heads(const run *r)
{
	if (r->from.stand_in || r->from.found_by) return VV_HEADS_COPY;
	if (r->from.same) return VV_HEADS_REMOTE;
	return r->from.remote.name || r->j->saves ? VV_HEADS_PEER : VV_HEADS_URL;
}

static vv_unsigned_use unsigned_use(const run *r)
{
	if (r->from.signed_only) return VV_UNSIGNED_REPLACED;
	if (r->from.found_by || (r->from.stand_in && r->from.origin.host)) {
		return r->j->hide_refs ? VV_UNSIGNED_REPLACED : VV_UNSIGNED_DROPPED;
	}
	if (r->j->allow_unsigned) return VV_UNSIGNED_KEPT;
	if (r->j->leave_unsigned) return VV_UNSIGNED_DROPPED;
	return r->from.stand_in ? VV_UNSIGNED_TAGS : VV_UNSIGNED_KEPT;
}

/* Replaces the refs of the source by those that its heads allow. */
static vv_status limit_refs(run *r, vv_error *err)
{
	const vv_unsigned_use use = unsigned_use(r);
	vv_fetch_job *j = r->j;
	vv_status rc = vv_shown_refs_make(&r->shown, r->from.hello, &r->seen.judged, j->repo, use,
					  err);

	if (rc < 0) return rc;
	if (use == VV_UNSIGNED_KEPT && j->allow_unsigned) {
		r->shown.hello.head = r->from.hello->head;
		r->shown.hello.detached = r->from.hello->detached;
		r->shown.hello.others = r->from.hello->others;
		r->shown.hello.other_count = r->from.hello->other_count;
	}
	r->from.hello = &r->shown.hello;
	vv_buf_set(&j->left_out, vv_buf_cstr(&r->shown.left_out), r->shown.left_out.len);
	return vv_buf_ok(&j->left_out, err);
}

/* A remote without refs, of a repository that was signed, was made anew or belongs to somebody else now: copies are tried. */
static vv_status refuse_empty(run *r, vv_error *err)
{
	const vv_hello *h = r->from.hello;
	const bool empty = h->ref_count == 0 && h->head_count == 0;

	if (!empty || !r->seen.before.known || r->alone) return VV_OK;
	r->lost = true;
	return vv_fail(err, VV_ELOST, "'%s' is empty, but this repository has signed versions",
		       vv_text_url(r->from.remote.url));
}

/* Judges the signed heads of the history's source, before any ref moves. Also gets the lists of expired
 * versions, if the source is the remote itself. */
static vv_status see_heads(run *r, vv_error *err)
{
	vv_fetch_job *j = r->j;
	const vv_reached from = {.host = r->from.origin.host,
				 .peer = r->from.origin.host ? NULL : r->from.suppliers[0].peer,
				 .hello = r->from.hello};
	const vv_heads_whose whose = whose_heads(r);
	const bool own = !r->from.stand_in && (r->from.remote.name || j->hide_refs);
	r->lists_before = vv_expired_lists_tip(j->repo);
	vv_status rc = own ? vv_expired_lists_learn(j->repo, &from, source_url(r), r->from.t.notes,
						    err)
			   : VV_OK;

	if (rc < 0) return rc;
	rc = vv_heads_see(&r->seen, j->repo, &from, source_url(r), whose, r->from.t.notes, err);

	if (rc == VV_OK && (r->from.found_by || r->from.signed_only) &&
	    !r->seen.judged.has_newest) {
		return vv_fail(err, VV_EREFUSED, "'%s' has no signed head; nothing was moved",
			       vv_text_url(source_url(r)));
	}
	if (rc == VV_OK && whose == VV_HEADS_REMOTE) {
		rc = refuse_empty(r, err);
	}
	if (rc < 0 || !r->seen.judged.has_newest) return rc;
	if (own && (rc = vv_expired_lists_trust(j->repo, &from, &r->lists_before,
						&r->seen.judged.trust, err)) < 0) {
		return rc;
	}
	if ((rc = vv_signed_files_read(&r->seen.judged.newest, j->repo, err)) < 0) {
		return vv_prefix(err, "'%s'", vv_text_url(source_url(r)));
	}
	r->follows = whose == VV_HEADS_REMOTE || whose == VV_HEADS_URL;
	return limit_refs(r, err);
}

/* From a host instead of the remote, or a remote found by a name, at most the commits named by the heads are accepted; from
 * an untrusted machine of the local network only these. */
static vv_status limit_moves(run *r, vv_error *err)
{
	const vv_signed_plan s = signed_plan(r);

	if (!r->seen.judged.has_newest) return VV_OK;
	if (r->from.signed_only) {
		vv_signed_only(&s, 0);
	} else if (r->from.origin.host && (r->from.stand_in || r->from.found_by)) {
		return vv_signed_check(&s, err);
	}
	return vv_signed_mark(&s, 0, err);
}

static vv_status fetch_tags(run *r, vv_error *err)
{
	size_t before = r->j->plan.count;
	vv_fetch_result first = r->result;

	if (r->j->no_tags || r->j->tags || r->from.remote.fetch_count == 0) return VV_OK;
	vv_status rc = vv_ref_plan_follow_tags(&r->j->plan, r->j->repo, r->from.hello, err);
	if (rc < 0 || r->j->plan.count == before) return rc;
	const vv_signed_plan s = signed_plan(r);
	if (r->from.signed_only) {
		vv_signed_only(&s, before);
	}
	if ((rc = vv_signed_mark(&s, before, err)) < 0) return rc;
	rc = fetch_versions(r, err);
	vv_fetch_result_clear(&r->result);
	r->result = first;
	mark_behind(r);
	return rc;
}

static vv_status finish_fetch(run *r, vv_error *err)
{
	vv_fetch_job *j = r->j;
	vv_status rc = VV_OK;

	vv_array_each(j->plan.moves, j->plan.count, m) {
		j->moved += vv_ref_moves(m);
		j->refused |= m->refused;
		j->behind |= m->behind;
		if (m->for_merge && !j->merge_name && !m->behind) {
			j->merge_id = m->is_signed ? m->signed_id : m->id;
			rc = rc < 0 ? rc : vv_text_set(&j->merge_name, m->from, err);
		}
	}
	j->behind |= r->lost;
	j->missing = r->result.missing_count;
	j->versions = r->result.versions;
	j->mended = r->result.mended;
	j->blocks_head = r->from.origin.host && vv_git_host_has_blocks_head(r->from.origin.host);
	return rc < 0 ? rc : vv_text_set(&j->remote_head, r->from.hello->head, err);
}

/* Notes the peers' deliveries, also if the fetch failed later. */
static void note_receipts(run *r)
{
	vv_error err;

	/* The origin's blocks that came unasked were not counted by its batches. */
	uint64_t blocks = 0, bytes = 0;
	vv_array_each(r->from.suppliers, r->from.supplier_count, supplier) {
		blocks += supplier->blocks;
		bytes += supplier->bytes;
	}
	vv_supplier *origin = &r->from.suppliers[0];
	if (r->result.received.blocks > blocks) {
		origin->blocks += r->result.received.blocks - blocks;
		origin->bytes += r->result.received.bytes - bytes;
	}
	if (vv_receipts_add(r->j->repo, r->from.suppliers, r->from.supplier_count, r->result.roots,
			    r->result.root_count, &err) < 0) {
		vv_notes_warn(r->from.t.notes, "the receipts could not be written: %s",
			      err.message);
	}
}

/* A clone has nothing before, so all that is here came from the peer, if it was the only source. */
static vv_status note_peer(run *r, vv_error *err)
{
	vv_auto(vv_oids) wants = {0};
	vv_status rc;

	if (!r->j->hide_refs || r->lazy || r->from.origin.host || r->from.stand_in ||
	    !r->from.remote.name || r->from.supplier_count != 1 || r->result.missing_count > 0 ||
	    r->result.behind_count > 0) {
		return VV_OK;
	}
	rc = list_wants(r, &wants, err);
	return rc < 0 ? rc
		      : vv_noted_add(&r->from.t, &r->from.remote, wants.items, wants.count, err);
}

static const vv_fetch_behind *find_behind(const run *r, const vv_oid *id)
{
	const vv_fetch_behind *b = r->result.behind;

	while (!vv_oid_equal(&b->id, id)) {
		b++;
	}
	return b;
}

/* Which refs did not move for want of blocks, and what helps. VV_EMISSING: it is the one that pull merges. */
static vv_status tell_behind(const run *r, vv_error *err)
{
	const char *remote = r->from.remote.name ? r->from.remote.name : r->from.remote.url;
	const char *option = r->from.origin.host ? "--blocks" : "--all";
	const vv_ref_plan *p = &r->j->plan;
	const vv_ref_move *merge = NULL;
	bool any = false;

	vv_array_each(p->moves, p->count, m) {
		if (!m->behind) {
			continue;
		}
		const vv_error *why = &find_behind(r, &m->id)->why;

		merge = m->for_merge && r->j->merge ? m : merge;
		vv_notes_warn(r->from.t.notes, "%s stays behind: %s", vv_text_shows(m->from),
			      why->message);
		if (why->hint_id == VV_HINT_ERASED_THERE) {
			const char *args[VV_HINT_ARGS];

			vv_hint_args(why, args);
			vv_notes_hint(r->from.t.notes, why->hint_id, args[0], args[1]);
		} else {
			any = true;
		}
	}
	if (any && !merge) {
		vv_notes_hint(r->from.t.notes, VV_HINT_BEHIND, option, vv_text_url(remote));
	}
	if (!merge) return VV_OK;
	*err = find_behind(r, &merge->id)->why;
	if (err->hint_id == VV_HINT_ERASED_THERE) return err->code;
	return vv_hint_code(err, VV_HINT_BEHIND, option, vv_text_url(remote));
}

/* Adds the number of moved refs to a later failure. */
static vv_status fail_after_moves(const run *r, vv_error *err)
{
	const size_t done = vv_ref_plan_count_done(&r->j->plan);
	if (done > 0) {
		return vv_prefix(err, "%zu ref%s fetched, but a later step failed", done,
				 done == 1 ? " was" : "s were");
	}
	return err->code;
}

static vv_status run_all(run *r, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_fetch_from_open(&r->from, r->j->idle_sec, err)) < 0) return rc;
	if ((rc = look_lazy(r, err)) < 0 || (rc = read_specs(r, err)) < 0 ||
	    (rc = see_heads(r, err)) < 0 || (rc = make_plan(r, err)) < 0 ||
	    (rc = limit_moves(r, err)) < 0) {
		if (!r->from.others) { /* otherwise the next attempt tells */
			vv_fetch_from_tell(&r->from);
		}
		return rc;
	}
	rc = fetch_versions(r, err);
	vv_fetch_from_tell(&r->from);
	if (r->result.received.blocks > 0) {
		note_receipts(r);
	}
	/* the commits of refs that stay behind come each time */
	if (rc == VV_OK && ((r->result.sum.commits > 0 && r->result.behind_count == 0) ||
			    r->result.received.blocks > 0)) {
		r->from.t.verbose = r->j->verbose;
		vv_transfer_tell_fetch(&r->from.t, &r->result, r->from.suppliers,
				       r->from.supplier_count);
	}
	if (rc < 0) return rc;
	vv_transfer_sum_fetch(&r->j->sum, &r->from.t, &r->result, r->from.suppliers,
			      r->from.supplier_count);
	/* The plan is printed before tags are added to it as moved. */
	if ((rc = move_refs(r, true, err)) < 0 || (rc = fetch_tags(r, err)) < 0) {
		return fail_after_moves(r, err);
	}
	vv_notes_end(r->from.t.notes);
	vv_ref_plan_print(&r->j->plan, r->j->repo, source_url(r), r->j->quiet || r->j->hide_refs);
	const vv_signed_plan s = signed_plan(r);
	if ((rc = vv_heads_seen_keep(&r->seen, r->j->repo, r->from.t.notes, r->j->quiet, err)) <
		    0 ||
	    ((r->from.stand_in || r->from.signed_only) &&
	     (rc = vv_signed_follow(&s, r->j->merge != NULL, err)) < 0) ||
	    (rc = vv_expired_lists_tell_left(r->j->repo, &r->lists_before, r->from.t.notes, err)) <
		    0 ||
	    (rc = vv_signed_tell_ahead(&s, r->j->hide_refs, err)) < 0 ||
	    (rc = vv_ref_plan_write(&r->j->plan, r->j->repo, source_url(r), err)) < 0 ||
	    (rc = note_peer(r, err)) < 0 || (rc = finish_fetch(r, err)) < 0) {
		return fail_after_moves(r, err);
	}
	return tell_behind(r, err);
}

static void close_run(run *r)
{
	vv_fetch_from_close(&r->from);
	vv_array_clear(r->specs, r->spec_count, it, vv_refspec_clear(it));
	vv_fetch_result_clear(&r->result);
	vv_shown_refs_clear(&r->shown);
	vv_heads_seen_clear(&r->seen);
	vv_sha256_ids_free(r->ids);
	r->ids = NULL;
}
VV_AUTO_CLEAR(run, close_run)

static vv_fetch_from wanted_from(const vv_fetch_job *j, const vv_named *failed)
{
	return (vv_fetch_from){.repo = j->repo,
			       .word = j->remote,
			       .named = j->from,
			       .quiet = j->quiet,
			       .failed = failed};
}

static void restart_run(run *r, const vv_named *failed, const vv_error *silent)
{
	vv_fetch_job *j = r->j;

	close_run(r);
	*r = (run){.j = j, .from = wanted_from(j, failed)};
	r->from.silent = *silent;
	vv_ref_plan_clear(&j->plan);
	vv_buf_clear(&j->left_out);
}

/* A replacement may lack data that it lists: then the next one is tried. */
static vv_status run_with_next(run *r, vv_named *failed, vv_error *err)
{
	vv_fetch_job *j = r->j;
	vv_status rc;

	while ((rc = run_all(r, err)) < 0 && (r->from.others || r->from.copies) &&
	       rc != VV_ENOMEM && rc != VV_ECANCELLED && vv_ref_plan_count_done(&j->plan) == 0) {
		vv_error silent = r->from.silent;
		bool patient = r->from.patient;
		if (r->from.others) {
			vv_notes_warn(r->from.t.notes, "%s is left out: %s",
				      vv_text_url(r->from.stand_name), err->message);
			vv_buf_put(&failed->mirrors, r->from.stand_name,
				   strlen(r->from.stand_name) + 1);
			if (failed->mirrors.failed) return vv_fail_nomem(err);
		} else if (rc == VV_EIO && silent.code == VV_OK && !r->from.found_by) {
			silent = *err; /* the remote itself, replaced by copies */
		} else if (rc == VV_EIO && !patient) {
			patient = true;
			silent.code = VV_OK;
			vv_buf_reset(&failed->mirrors);
		} else {
			return rc;
		}
		restart_run(r, failed, &silent);
		r->from.patient = patient;
	}
	return rc;
}

/* Tries other copies, as if the remote did not answer; it was proved to be behind them. */
static vv_status run_elsewhere(run *r, vv_named *failed, vv_error *err)
{
	const vv_error lost = *err;
	vv_status rc = vv_heads_seen_keep(&r->seen, r->j->repo, r->from.t.notes, r->j->quiet, err);

	if (rc < 0) return rc;
	restart_run(r, failed, &lost);
	if ((rc = run_with_next(r, failed, err)) == VV_OK || rc == VV_ENOMEM ||
	    rc == VV_ECANCELLED || vv_ref_plan_count_done(&r->j->plan) > 0) {
		return rc;
	}
	restart_run(r, failed, VV_IGNORED);
	r->alone = true;
	return run_with_next(r, failed, err);
}

vv_status vv_fetch_job_run(vv_fetch_job *j, vv_error *err)
{
	vv_auto(vv_named) failed = {.mirrors = VV_BUF_INIT};
	vv_auto(run) r = {.j = j, .from = wanted_from(j, &failed)};
	vv_status rc = run_with_next(&r, &failed, err);

	if (rc == VV_EREFUSED && r.lost) {
		rc = run_elsewhere(&r, &failed, err);
	}
	j->name = vv_take(&r.from.remote.name);
	j->url = vv_take(&r.from.remote.url);
	return rc;
}

vv_status vv_fetch_one_cid(vv_repository *repo, const char *cid, const char *remote,
			   const vv_strings *from, bool quiet, uint64_t idle_sec, vv_error *err)
{
	vv_auto(vv_fetch_job) j = {.repo = repo, .remote = remote, .from = *from, .quiet = quiet};
	vv_named failed = {.mirrors = VV_BUF_INIT};
	vv_cid root;
	vv_status rc = vv_cid_parse(&root, cid, strlen(cid), err);

	if (rc < 0) return rc;
	vv_auto(run) r = {.j = &j, .from = wanted_from(&j, &failed)};
	if ((rc = vv_fetch_from_open(&r.from, idle_sec, err)) == VV_OK) {
		const vv_fetch f = {.repo = repo,
				    .suppliers = r.from.suppliers,
				    .supplier_count = r.from.supplier_count,
				    .progress = r.from.t.progress};
		rc = vv_fetch_cid(&f, &root, &r.result, err);
		vv_fetch_from_tell(&r.from);
	}
	if (rc == VV_OK) {
		note_receipts(&r);
		vv_transfer_tell_fetch(&r.from.t, &r.result, r.from.suppliers,
				       r.from.supplier_count);
	}
	return rc;
}
