/*
 * serve_push: the refs that a peer's push may move, and the checks before they do.
 */
#include "transport/protocol/serve_internal.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/ref_name.h"
#include "repo/git/verb/hook.h"
#include "repo/known/elsewhere.h"
#include "repo/known/erased.h"
#include "repo/known/incomplete.h"

#define MISSING_TOLD 16384u /* blocks */

/* --- push: rules that need no look at the content ---------------------------------------- */

typedef struct push {
	vv_serve *s;
	vv_channel *line;
	vv_arena *arena;
	const vv_request *q;
	const char **why;          /* for each ref; NULL: it may move */
	const vv_push_ref *follow; /* the work tree `tree` follows this one; NULL */
	const char *tree;
	vv_receive *x;
	vv_oids wants, commons;
	vv_whole whole;       /* of commons */
	bool refused, erased; /* erased: because a ref has erased data */
	vv_hidden_refs hidden;
	vv_pulse *pulse; /* from when all has come */
} push;

static vv_status refuse_ref(push *p, size_t i, const char *text, vv_error *err)
{
	p->why[i] = vv_arena_strndup(p->arena, text, strlen(text));
	p->refused = true;
	return p->why[i] ? VV_OK : vv_fail_nomem(err);
}

static bool is_branch(const vv_push_ref *r)
{
	return strncmp(r->name, "refs/heads/", 11) == 0;
}

/* The ref is already there: only blocks that it may lack are sent. */
static bool ref_stays(const vv_push_ref *r)
{
	return vv_oid_equal(&r->old, &r->id);
}

static vv_status check_name(push *p, size_t i, vv_error *err)
{
	const vv_push_ref *r = &p->q->refs[i];
	vv_error why;

	size_t folder = 0;

	if (is_branch(r)) {
		folder = 11;
	} else if (strncmp(r->name, "refs/tags/", 10) == 0) {
		folder = 10;
	} else if (vv_ref_is_head(r->name)) {
		folder = strlen(VV_HEADS);
	} else if (vv_ref_is_expired(r->name)) {
		folder = strlen("refs/varve/");
	}

	if (folder == 0) {
		return refuse_ref(
			p, i,
			"only branches, tags, signed heads and lists of expired versions can be pushed",
			err);
	}
	if (vv_ref_name_check(r->name + folder, &why) < 0) {
		return refuse_ref(p, i, why.message, err);
	}
	if (vv_hidden_refs_has(&p->hidden, r->name)) {
		return refuse_ref(p, i, "receive.hideRefs or transfer.hideRefs hides this ref",
				  err);
	}
	return vv_array_find(p->q->refs, i, other, strcmp(other->name, r->name) == 0)
		       ? refuse_ref(p, i, "this push names it twice", err)
		       : VV_OK;
}

/* *there: it is where it is to go already, by another push perhaps. */
static vv_status check_old(push *p, size_t i, bool *there, vv_error *err)
{
	const vv_push_ref *r = &p->q->refs[i];
	vv_auto(vv_ref) now = {0};
	vv_status rc = vv_ref_get(p->s->repo, r->name, &now, err);

	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	*there = vv_oid_equal(&now.id, &r->id);
	return *there || vv_oid_equal(&now.id, &r->old)
		       ? VV_OK
		       : refuse_ref(p, i, "it moved in the meantime: fetch, and push again", err);
}

/* A setting receive.deny... (NULL: not set): does it let through what Git refuses by default? */
static bool rule_lets(const char *rule)
{
	return rule && (strcmp(rule, "ignore") == 0 || strcmp(rule, "warn") == 0 ||
			strcmp(rule, "false") == 0);
}

/* As in Git the branch at HEAD stays: a new branch is checked against it too (receive.varveCheck). */
static vv_status check_deletion(push *p, size_t i, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(char) *rule = NULL;
	bool deny;
	vv_status rc = vv_config_bool(p->s->repo, "receive.denydeletes", false, &deny, err);

	if (rc < 0) return rc;
	if (deny) return refuse_ref(p, i, "receive.denyDeletes forbids deletion", err);
	if ((rc = vv_head_read(p->s->repo, &head, err)) < 0 || !head.branch ||
	    strcmp(head.branch, p->q->refs[i].name) != 0) {
		return rc;
	}
	rc = vv_config_string(p->s->repo, "receive.denydeletecurrent", &rule, err);
	if ((rc < 0 && rc != VV_ENOTFOUND) || rule_lets(rule)) return rc;
	return refuse_ref(p, i, "it is the current branch there (receive.denyDeleteCurrent)", err);
}

/* --- hooks ------------------------------------------------------------------------------------ */

/* Appends the first of these hooks that git's receive-pack would run. varve runs none, and what such a hook refuses must
 * not come in. */
static vv_status find_unrun_hook(vv_buf *out, vv_repository *r, const char *const *names,
				 vv_error *err)
{
	bool skips, is_set = false;
	vv_status rc = vv_config_bool(r, "receive.varveskiphooks", false, &skips, err);

	for (size_t i = 0; rc == VV_OK && !skips && names[i] && out->len == 0; i++) {
		vv_auto(vv_hook_found) found = {0};
		rc = vv_hook_find(&found, r, names[i], "", "varve", err);
		rc = rc < 0 ? rc : vv_hook_is_set(&is_set, r, names[i], err);
		if (rc == VV_OK && (is_set || (found.there && found.runs))) {
			vv_buf_printf(
				out,
				"the hook %s there is not run by varve: push with git, or set "
				"receive.varveSkipHooks there",
				names[i]);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status check_hooks(push *p, vv_error *err)
{
	static const char *const names[] = {"pre-receive", "update", "reference-transaction", NULL};
	vv_auto(vv_buf) why = VV_BUF_INIT;
	vv_status rc = p->q->ahead ? VV_OK : find_unrun_hook(&why, p->s->repo, names, err);

	for (size_t i = 0; rc == VV_OK && why.len > 0 && i < p->q->ref_count; i++) {
		if (!ref_stays(&p->q->refs[i])) {
			rc = refuse_ref(p, i, vv_buf_cstr(&why), err);
		}
	}
	return rc;
}

static vv_status step_tree(const push *p, vv_tree_step step, vv_error *err)
{
	return p->s->update_tree(p->s->payload, step, p->tree, p->follow, err);
}

static vv_status check_tree(push *p, size_t i, const char *tree, vv_error *err)
{
	static const char *const names[] = {"push-to-checkout", NULL};
	vv_auto(vv_buf) hook = VV_BUF_INIT;
	vv_error why;
	vv_status rc;

	if (p->follow) {
		return refuse_ref(p, i,
				  "another branch of this push is checked out there, too: push one "
				  "at a time",
				  err);
	}
	rc = find_unrun_hook(&hook, p->s->repo, names, err);
	if (rc < 0) return rc;
	if (hook.len > 0) return refuse_ref(p, i, vv_buf_cstr(&hook), err);
	p->follow = &p->q->refs[i];
	p->tree = vv_arena_strndup(p->arena, tree, strlen(tree));
	if (!p->tree) return vv_fail_nomem(err);
	rc = step_tree(p, VV_TREE_CHECK, &why);
	if (rc == VV_EREFUSED) return refuse_ref(p, i, why.message, err);
	return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
}

/* The branch that a work tree has checked out moves only together with it. */
static vv_status check_current(push *p, size_t i, vv_error *err)
{
	const vv_push_ref *r = &p->q->refs[i];
	vv_auto(char) *tree = NULL;
	vv_auto(char) *rule = NULL;
	vv_status rc;

	if (!is_branch(r) || ref_stays(r)) return VV_OK;
	if ((rc = vv_branch_checked_out(p->s->repo, r->name, &tree, err)) < 0 || !tree) return rc;
	rc = vv_config_string(p->s->repo, "receive.denycurrentbranch", &rule, err);
	if ((rc < 0 && rc != VV_ENOTFOUND) || rule_lets(rule)) return rc;
	if (rule && strcmp(rule, "updateInstead") == 0 && p->s->update_tree &&
	    !vv_oid_is_null(&r->id)) {
		return check_tree(p, i, tree, err);
	}
	return refuse_ref(p, i,
			  "it is checked out there: push to another branch, to a bare repository, "
			  "or set "
			  "receive.denyCurrentBranch to updateInstead there",
			  err);
}

static vv_status check_refs(push *p, vv_error *err)
{
	vv_status rc = check_hooks(p, err);
	bool there;

	for (size_t i = 0; rc == VV_OK && i < p->q->ref_count; i++) {
		const vv_push_ref *r = &p->q->refs[i];
		if (p->why[i] || (rc = check_name(p, i, err)) < 0 || p->why[i] ||
		    (rc = check_old(p, i, &there, err)) < 0 || p->why[i]) {
			continue;
		}
		if (vv_oid_is_null(&r->id)) {
			rc = check_deletion(p, i, err);
		}
		if (rc == VV_OK && !p->why[i]) {
			rc = check_current(p, i, err);
		}
	}
	return rc;
}

/* --- push: receiving ----------------------------------------------------------------------- */

/* Each step of the work that is done is progress. */
static void note_step(push *p)
{
	atomic_fetch_add(&p->s->done, 1);
}

static vv_status receive_frames(push *p, vv_frame_reader *in, bool *drained, vv_error *err)
{
	uint8_t type;
	vv_status rc = vv_receive_begin(p->x, err);

	in->budget = p->s->limits.bytes;
	while (rc == VV_OK && (rc = vv_frame_read(in, &type, err)) == VV_OK &&
	       type != VV_FRAME_END) {
		if (!vv_receive_takes(type)) {
			return vv_fail(err, VV_ECORRUPT, "unexpected message '%c' in a push", type);
		}
		rc = vv_receive_frame(p->x, type, in->payload.data, in->payload.len, err);
	}
	*drained = rc == VV_OK;
	if (rc < 0) {
		(void)vv_incoming_keep(vv_receive_incoming(p->x), VV_IGNORED);
		return rc;
	}
	p->pulse = vv_serve_start_pulse(p->s, p->line);
	return vv_receive_end(p->x, err);
}

static vv_status add_common(void *payload, const vv_ref *ref, vv_error *err)
{
	push *p = payload;

	return ref->symbolic ? VV_OK : vv_oids_add(&p->commons, &ref->commit, err);
}

static vv_status find_tips(push *p, vv_error *err)
{
	vv_status rc;

	vv_array_each(p->q->refs, p->q->ref_count, ref) {
		if ((rc = vv_oids_add(&p->wants, &ref->id, err)) < 0) return rc;
	}
	return vv_refs_each(p->s->repo, "refs/", add_common, p, err);
}

/* Branches go forward only, unless forced and allowed; tags do not move. */
static vv_status check_forward(push *p, vv_error *err)
{
	vv_repository *with = vv_receive_repository(p->x);
	bool deny, forward;
	vv_status rc = vv_config_bool(p->s->repo, "receive.denynonfastforwards", false, &deny, err);

	for (size_t i = 0; rc == VV_OK && i < p->q->ref_count; i++) {
		const vv_push_ref *r = &p->q->refs[i];
		if (vv_oid_is_null(&r->old) || vv_oid_is_null(&r->id) || ref_stays(r)) {
			continue;
		}
		const bool grows = vv_ref_is_head(r->name) || vv_ref_is_expired(r->name);
		if (!is_branch(r) && !grows) {
			rc = r->force ? VV_OK : refuse_ref(p, i, "the tag already exists", err);
			continue;
		}
		if ((rc = vv_is_ancestor(with, &r->old, &r->id, &forward, err)) < 0 || forward) {
			continue;
		}
		if (!r->force || grows) {
			rc = refuse_ref(p, i, "it is not a fast-forward: fetch and merge first",
					err);
		} else if (deny) {
			rc = refuse_ref(p, i, "receive.denyNonFastForwards forbids it", err);
		}
	}
	return rc;
}

/* Differences to blocks of linked versions: for a client that has lost the information that they are linked. */
static vv_status list_linked(push *p, vv_lacking **list, size_t *count, vv_error *err)
{
	vv_auto(vv_elsewhere) *noted = NULL;
	const vv_cid *root;
	size_t cap = 0;
	vv_status rc = vv_elsewhere_read(&noted, p->s->repo, err);

	if (rc < 0) return rc;
	for (size_t i = 0;
	     *count < MISSING_TOLD && (root = vv_elsewhere_next(noted, &i)) != NULL;) {
		bool below;

		if (!vv_elsewhere_links(noted, root) ||
		    vv_incoming_has(vv_receive_incoming(p->x), root, &below)) {
			continue;
		}
		if (!vv_array_add(*list, *count, cap, (vv_lacking){.cid = *root})) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* Git alone may have brought commits here: the client also sends the blocks that they lack, as far
 * as it has them, and new versions must not build on those. */
static vv_status look_at_own(push *p, vv_error *err)
{
	vv_status rc = vv_whole_look(&p->whole, p->s->repo, p->commons.items, p->commons.count,
				     err);

	if (rc == VV_OK && !p->whole.all) {
		vv_receive_doubt(p->x);
	}
	return rc;
}

static vv_status list_own(push *p, vv_lacking **list, size_t *count, vv_error *err)
{
	return vv_receive_lacking(p->x, &p->commons, &p->whole.tips, MISSING_TOLD, list, count,
				  err);
}

/* Lists blocks lost since their versions were recorded as complete: the records are ignored, and each block is looked
 * up. */
static vv_status list_gone(push *p, vv_lacking **list, size_t *count, vv_error *err)
{
	vv_repository *r = p->s->repo;
	bool known = false;
	vv_status rc = vv_repository_incomplete(r, &known, err);

	if (rc < 0 || (rc = vv_repository_set_incomplete(r, true, err)) < 0 ||
	    (rc = vv_complete_tips_forget(r, err)) < 0) {
		return rc;
	}
	vv_whole_clear(&p->whole);
	if ((rc = look_at_own(p, err)) == VV_OK) {
		rc = list_own(p, list, count, err);
	}
	return rc < 0 || *count > 0 || known ? rc : vv_repository_set_incomplete(r, false, err);
}

/* Unreadable objects name unknown versions. Then the blocks that the refs here lack are reported,
 * since the objects were compressed against them. */
static vv_status list_missing(push *p, vv_lacking **list, size_t *count, vv_error *err)
{
	if (!vv_receive_lost(p->x)) {
		return vv_receive_lacking(p->x, &p->wants, &p->commons, MISSING_TOLD, list, count,
					  err);
	}
	vv_status rc = list_own(p, list, count, err); /* an empty list has no memory */
	if (rc == VV_OK && *count == 0) {
		rc = list_linked(p, list, count, err);
	}
	if (rc == VV_OK && *count == 0) {
		rc = list_gone(p, list, count, err);
	}
	if (rc == VV_OK && *count == 0) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "the peer sent differences to blocks that are missing here");
	}
	return rc;
}

/* Objects are compressed against the names of the blocks before them: damaged ones are why the others do not fit. */
static vv_status end_objects(push *p, vv_error *err)
{
	vv_status rc = vv_receive_objects_end(p->x, &p->wants, err);

	vv_receive_stats stats = vv_receive_stats_get(p->x);
	if (stats.damaged == 0 || !err || (rc != VV_EMISSING && rc != VV_ENOTFOUND)) return rc;
	vv_prefix(err, "%s %s arrived damaged and cannot be unpacked", vv_text_count(stats.damaged),
		  stats.damaged == 1 ? "block" : "blocks");
	vv_hint_code(err, VV_HINT_FSCK_SENDER);
	return vv_recode(err, VV_ECORRUPT);
}

static vv_status find_missing(push *p, vv_cids *out, vv_error *err)
{
	vv_auto_free vv_lacking *list = NULL;
	size_t count = 0;
	vv_status rc = list_missing(p, &list, &count, err);

	if (rc < 0) return rc;
	vv_receive_stats stats = vv_receive_stats_get(p->x);

	if (count == 0) return VV_OK;
	out->items = vv_arena_calloc(p->arena, count, sizeof(vv_cid));
	if (!out->items) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		out->items[out->count++] = list[i].cid;
	}
	for (size_t i = 0; i < p->q->ref_count; i++) {
		if (!p->why[i] &&
		    (rc = refuse_ref(p, i,
				     stats.damaged > 0 ? "blocks arrived damaged, so they are "
							 "missing"
						       : "blocks are missing",
				     err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status send_report(push *p, const vv_buf *report, vv_error *err)
{
	vv_status rc = vv_buf_ok(report, err);
	for (size_t at = 0; rc == VV_OK && at < report->len;) {
		size_t n = report->len - at < VV_FRAME_AIM ? report->len - at : VV_FRAME_AIM;
		rc = vv_frame_write(p->line, VV_FRAME_TEXT, report->data + at, n, err);
		at += n;
	}
	return rc;
}

/* Refuses refs with data that was erased here. */
static vv_status refuse_erased(push *p, vv_error *err)
{
	vv_auto(vv_erased) *erased = NULL;
	vv_auto(vv_oids) haves = {0};
	vv_status rc = vv_erased_open(&erased, p->s->repo, err);
	vv_error why;

	if (rc < 0 || !erased) return rc;
	rc = vv_erased_haves(&haves, p->s->repo, err);
	for (size_t i = 0; rc == VV_OK && i < p->q->ref_count; i++) {
		vv_oid id = p->q->refs[i].id;
		const vv_oids one = {.items = &id, .count = vv_oid_is_null(&id) ? 0 : 1};

		rc = vv_erased_refuse(erased, vv_receive_repository(p->x), &one, &haves, &why);
		if (rc == VV_OK) {
			rc = vv_receive_check(p->x, &one, &haves, vv_erased_refuse_version, erased,
					      &why);
		}
		if (rc == VV_EREFUSED) {
			p->erased = true;
			(void)vv_fail(&why, rc, "%s: pull with --rebase, and push again",
				      vv_text_shows(why.message));
			rc = refuse_ref(p, i, why.message, err);
		} else if (rc < 0) {
			return vv_error_copy(err, &why);
		}
	}
	return rc;
}

static vv_status ask_policy(push *p, vv_error *err)
{
	vv_auto(vv_buf) report = VV_BUF_INIT;
	vv_error why;

	if (!p->s->policy) return VV_OK;
	vv_status rc = p->s->policy(p->s->payload, vv_receive_repository(p->x),
				    vv_receive_incoming(p->x), p->q->refs, p->q->ref_count, &report,
				    &why);
	vv_status said = send_report(p, &report, err);
	if (said < 0) return said;
	for (size_t i = 0; rc < 0 && i < p->q->ref_count; i++) {
		if ((said = refuse_ref(p, i, why.message, err)) < 0) return said;
	}
	return VV_OK;
}

/* The refs to move. Refuses one that another push moved since it was compared. */
static vv_status list_changes(push *p, vv_ref_change *changes, size_t *count, vv_error *err)
{
	vv_status rc = VV_OK;
	bool there;

	*count = 0;
	for (size_t i = 0; rc == VV_OK && i < p->q->ref_count; i++) {
		const vv_push_ref *r = &p->q->refs[i];
		if ((rc = check_old(p, i, &there, err)) == VV_OK && !there) {
			changes[(*count)++] = (vv_ref_change){
				r->name, vv_oid_is_null(&r->id) ? NULL : &r->id, &r->old, true};
		}
	}
	return rc;
}

static vv_status move_refs(push *p, vv_ref_change *changes, size_t *count, vv_error *err)
{
	vv_status rc = *count > 0 ? vv_refs_update(p->s->repo, changes, *count, "push", err)
				  : VV_OK;

	if (rc != VV_ECONFLICT) return rc;
	if ((rc = list_changes(p, changes, count, err)) < 0 || p->refused) return rc;
	return *count > 0 ? vv_refs_update(p->s->repo, changes, *count, "push", err) : VV_OK;
}

/* The files before the branch, as in Git: a server that is killed in between leaves a branch that the
 * client still has to push. */
static vv_status move_with_tree(push *p, vv_ref_change *changes, size_t *count, vv_error *err)
{
	vv_receive_let_go(p->x);
	vv_status rc = step_tree(p, VV_TREE_WRITE, err);

	if (rc < 0) return rc;
	rc = vv_receive_keep_on(p->x, &p->wants, &p->commons, err);
	rc = rc < 0 ? rc : move_refs(p, changes, count, err);
	if (rc < 0 || p->refused) {
		(void)step_tree(p, VV_TREE_UNDO, VV_IGNORED);
		return rc;
	}
	rc = step_tree(p, VV_TREE_END, err);
	return rc < 0 ? vv_prefix(err, "the branch was moved, but a later step failed") : rc;
}

static vv_status take_push(push *p, vv_error *err)
{
	vv_ref_change *changes = vv_arena_calloc(p->arena, p->q->ref_count + 1, sizeof(*changes));
	size_t count;
	vv_status rc;

	if (p->q->ahead) return vv_receive_take_blocks(p->x, &p->wants, &p->commons, err);
	if (!changes) return vv_fail_nomem(err);
	if ((rc = list_changes(p, changes, &count, err)) < 0 || p->refused) return rc;
	rc = vv_receive_take(p->x, &p->wants, &p->commons, false, NULL, 0, "push", err);
	if (rc == VV_OK && p->follow) {
		rc = move_with_tree(p, changes, &count, err);
	} else if (rc == VV_OK) {
		rc = move_refs(p, changes, &count, err);
	}
	if (p->refused) return rc;
	if (rc == VV_OK && count > 0 && p->s->pushed) {
		vv_auto(vv_buf) report = VV_BUF_INIT;
		p->s->pushed(p->s->payload, p->q->refs, p->q->ref_count, &report);
		rc = send_report(p, &report, err);
	}
	if (rc == VV_OK && p->whole.all) {
		/* Derived: the next look finds it out as well. */
		(void)vv_complete_tips_add(p->s->repo, p->wants.items, p->wants.count, VV_IGNORED);
	}
	return rc;
}

static vv_status mend_own(push *p, vv_error *err)
{
	return p->whole.all ? VV_OK
			    : vv_receive_mend(p->x, &p->wants, &p->whole.tips, p->s->check,
					      p->s->payload, err);
}

static vv_status receive_push(push *p, vv_frame_reader *in, bool *drained, vv_cids *missing,
			      vv_error *err)
{
	vv_status rc = vv_receive_open(&p->x, p->s->repo, &p->s->limits, err);

	if (rc < 0 || (rc = receive_frames(p, in, drained, err)) < 0 ||
	    (rc = find_tips(p, err)) < 0 || (rc = look_at_own(p, err)) < 0) {
		return rc;
	}
	if ((!vv_receive_lost(p->x) && (rc = end_objects(p, err)) < 0) ||
	    (!vv_receive_lost(p->x) && (rc = check_forward(p, err)) < 0)) {
		return rc;
	}
	note_step(p);
	if (p->refused || (rc = find_missing(p, missing, err)) < 0 || p->refused) return rc;
	note_step(p);
	if ((rc = refuse_erased(p, err)) < 0 || p->refused) return rc;
	if (p->s->check && (rc = vv_receive_check(p->x, &p->wants, &p->commons, p->s->check,
						  p->s->payload, err)) < 0) {
		return rc;
	}
	note_step(p);
	if ((rc = ask_policy(p, err)) < 0 || p->refused) return rc;
	note_step(p);
	rc = mend_own(p, err);
	return rc < 0 ? rc : take_push(p, err);
}

vv_status vv_serve_answer_push(vv_serve *s, vv_channel *line, vv_frame_reader *in,
			       const vv_request *q, vv_arena *arena, bool *drained, vv_error *err)
{
	push p = {.s = s, .line = line, .arena = arena, .q = q};
	vv_cids missing = {0};

	if (!s->writable) {
		return vv_fail(err, VV_EREFUSED,
			       "this repository does not accept pushes from you\nit is served "
			       "read-only, or does not know your key");
	}
	p.why = vv_arena_calloc(arena, q->ref_count + 1, sizeof(*p.why));
	if (!p.why) return vv_fail_nomem(err);
	vv_status rc = vv_hidden_refs_load(&p.hidden, s->repo, "receive", err);
	if (rc == VV_OK) {
		rc = check_refs(&p, err);
	}
	vv_hidden_refs_clear(&p.hidden);
	if (rc < 0) return rc;
	if (p.refused) {
		in->budget = s->limits.bytes;
		rc = vv_frame_drain(in, err);
		*drained = rc == VV_OK;
	} else {
		rc = receive_push(&p, in, drained, &missing, err);
	}
	vv_pulse_stop(p.pulse);
	for (size_t i = 0; rc == VV_OK && p.refused && i < q->ref_count; i++) {
		if (!p.why[i]) {
			rc = refuse_ref(&p, i, "another ref of this push was refused", err);
		}
	}
	if (rc == VV_OK) {
		const vv_push_answer answer = {p.why, q->ref_count, missing};
		rc = vv_push_answer_write(line, &answer, err);
	}
	vv_receive_close(p.x);
	if (p.erased) { /* its rows do not wait for another push */
		(void)vv_incoming_expire(s->repo, 0, VV_IGNORED);
	}
	vv_whole_clear(&p.whole);
	vv_free_all(p.wants.items, p.commons.items);
	return rc;
}
