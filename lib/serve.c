/*
 * serve: checks of pushed versions, and updates of the work tree.
 */
#include "lib/serve.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/check/run.h"
#include "lib/heads/judge.h"
#include "lib/heads/make.h"
#include "lib/remotes/transfer.h"
#include "lib/worktree/by_git.h"
#include "lib/worktree/put_right.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/history.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/pulse.h"

typedef struct serving {
	vv_repository *repo;
	vv_transfer check; /* for vv_transfer_check: its pool and caches */
	vv_progress progress;
	vv_notes notes;           /* nothing but words */
	bool one;                 /* a request to a server, whose process this is */
	struct tree_update *tree; /* the work tree that was written, until the refs have moved */
} serving;

static bool note_progress(void *serve, const char *what VV_UNUSED, uint64_t done VV_UNUSED,
			  uint64_t total VV_UNUSED)
{
	atomic_fetch_add(&((vv_serve *)serve)->done, 1);
	return true;
}

/* --- which repository --------------------------------------------------------------------- */

static bool same_folder(const char *real, const char *other)
{
	char path[PATH_MAX];
	return other && realpath(other, path) && strcmp(path, real) == 0;
}

/* path itself, or path with .git appended; never a repository further up. */
static vv_status open_exactly(vv_repository **out, const char *path, const vv_env *env,
			      vv_error *err)
{
	static const char *const suffixes[] = {"", ".git"};
	char real[PATH_MAX];

	vv_array_each(suffixes, sizeof(suffixes) / sizeof(suffixes[0]), suffix) {
		vv_auto(vv_repository) *r = NULL;
		vv_auto(char) *b = vv_asprintf("%s%s", path, *suffix);
		if (!b || !realpath(b, real)) {
			continue;
		}
		vv_status rc = vv_repository_open(&r, real, env, err);
		if (rc == VV_OK && (same_folder(real, vv_repository_workdir(r)) ||
				    same_folder(real, vv_repository_gitdir(r)) ||
				    same_folder(real, vv_repository_commondir(r)))) {
			vv_repository_sweep_locks(r);
			return vv_hand_over(out, &r);
		}
		if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	}
	return vv_fail(err, VV_ENOTFOUND, "no repository at '%s'", vv_text_shows(path));
}

/* --- the work tree follows (receive.denyCurrentBranch=updateInstead) ------------------------- */

#define UPDATE "the update of the work tree by a push"

/* The update of a work tree, from its files until the refs have moved. */
typedef struct tree_update {
	vv_repository *repo; /* of the work tree, which may be another one of the repository */
	vv_dataset_reader *reader;
	vv_by_git git;
} tree_update;

static void tree_update_close(tree_update *u)
{
	if (!u) return;
	vv_by_git_clear(&u->git);
	vv_dataset_reader_close(u->reader);
	vv_repository_close(u->repo); /* and with it its turn */
	vv_free(u);
}
VV_AUTO_FREE(tree_update, tree_update_close)

/* A branch without a commit has a null id. */
static bool is_at(vv_repository *r, const char *branch, const vv_oid *commit)
{
	vv_auto(vv_head) head = {0};

	return vv_head_read(r, &head, VV_IGNORED) == VV_OK && head.branch &&
	       strcmp(head.branch, branch) == 0 && vv_oid_equal(&head.commit, commit);
}

/* Takes the turn, and undoes or completes an interrupted update. */
static vv_status open_tree(vv_repository **out, serving *s, const char *tree,
			   const vv_push_ref *head, vv_error *err)
{
	vv_auto(vv_repository) *r = NULL;
	vv_status rc = vv_repository_open(&r, tree, vv_repository_env(s->repo), err);

	if (rc < 0) return rc;
	vv_repository_listen(r, &s->notes);
	if ((rc = vv_put_right(r, NULL, NULL, err)) < 0) return rc;
	if (!is_at(r, head->name, &head->old) && !is_at(r, head->name, &head->id)) {
		return vv_fail(err, VV_EREFUSED,
			       "the remote's work tree is not at this branch: it moved in the "
			       "meantime, or is rebasing it");
	}
	return vv_hand_over(out, &r);
}

/* Git refreshes the index as it looks, and read-tree takes a file for changed whose time is another one. */
static vv_status check_tree(serving *s, const char *tree, const vv_push_ref *head, vv_error *err)
{
	vv_auto(vv_repository) *r = NULL;
	vv_status rc = open_tree(&r, s, tree, head, err);
	/* With a note, by which the lock of a killed git is found. */
	vv_auto(vv_runner) look = {.repo = r, .what = UPDATE, .from = head->old, .locks = true};

	if (rc < 0 || (rc = vv_runner_begin(&look, err)) < 0 ||
	    (rc = vv_runner_list_changed(&look, err)) < 0 || (rc = vv_later_drop(r, err)) < 0) {
		return rc;
	}
	return look.note.changed.len == 0 ? VV_OK
					  : vv_fail(err, VV_EREFUSED,
						    "the remote's work tree has uncommitted "
						    "changes");
}

static vv_status write_tree(tree_update *u, const vv_push_ref *head, vv_error *err)
{
	const bool born = !vv_oid_is_null(&head->old);
	char before[VV_OID_TEXT + 1], now[VV_OID_TEXT + 1];
	const char *const args[] = {"read-tree",       "-m", "-u", born ? before : now,
				    born ? now : NULL, NULL};
	vv_status rc = vv_dataset_reader_open(&u->reader, u->repo, NULL, err);

	vv_oid_text(before, &head->old);
	vv_oid_text(now, &head->id);
	u->git = (vv_by_git){.git = {.repo = u->repo,
				     .args = args,
				     .what = UPDATE,
				     .from = head->old,
				     .to = head->id},
			     .reader = u->reader,
			     .keep = true};
	if (rc < 0 || (rc = vv_by_git_expect_all(&u->git, err)) < 0) return rc;
	rc = vv_by_git_run(&u->git, "the remote's work tree was not changed", err);
	u->git.git.args = NULL;
	return rc;
}

static vv_status begin_tree(serving *s, const char *tree, const vv_push_ref *head, vv_error *err)
{
	vv_auto(tree_update) *u = vv_calloc(1, sizeof(*u));

	if (!u) return vv_fail_nomem(err);
	vv_status rc = open_tree(&u->repo, s, tree, head, err);
	/* Another push of the same version may have come first. */
	if (rc < 0 || is_at(u->repo, head->name, &head->id)) return rc;
	if ((rc = write_tree(u, head, err)) < 0) return rc;
	s->tree = vv_take(&u);
	return VV_OK;
}

static vv_status end_tree(serving *s, vv_error *err)
{
	vv_auto(tree_update) *u = vv_take(&s->tree);

	if (!u) return VV_OK;
	vv_status rc = vv_runner_settle(&u->git.git, err);
	return rc < 0 ? rc : vv_later_drop(u->repo, err);
}

static vv_status undo_tree(serving *s)
{
	vv_auto(tree_update) *u = vv_take(&s->tree);

	return u ? vv_by_git_undo(&u->git, VV_OK) : VV_OK;
}

static vv_status update_tree(void *payload, vv_tree_step step, const char *tree,
			     const vv_push_ref *head, vv_error *err)
{
	switch (step) {
	case VV_TREE_CHECK:
		return check_tree(payload, tree, head, err);
	case VV_TREE_WRITE:
		return begin_tree(payload, tree, head, err);
	case VV_TREE_END:
		return end_tree(payload, err);
	case VV_TREE_UNDO:
		break;
	}
	return undo_tree(payload);
}

static vv_status check_version(void *payload, vv_repository *with, vv_incoming *in,
			       const vv_new_root *version, vv_error *err)
{
	serving *s = payload;
	return vv_transfer_check(&s->check, with, in, version, err);
}

/* --- signed heads -------------------------------------------------------------------------- */

/* Existing and pushed heads together must pass the rules of readers, which would otherwise refuse this copy. */
static vv_status judge_heads(vv_repository *r, vv_repository *with, const vv_push_ref *refs,
			     size_t count, vv_error *err)
{
	vv_shown_head shown[VV_HELLO_HEADS], *here = NULL;
	vv_auto(vv_judged) judged = {.first = false};
	vv_trust trust;
	size_t here_count = 0, n = 0, pushed = 0;
	vv_status rc = vv_trust_read(&trust, r, err);

	rc = rc < 0 ? rc : vv_heads_list(&here, &here_count, r, err);
	for (size_t i = 0; rc == VV_OK && i < here_count && n < VV_HELLO_HEADS; i++) {
		shown[n++] = here[i];
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (!vv_ref_is_head(refs[i].name)) {
			continue;
		}
		const size_t at = vv_find_place(k, n, strcmp(shown[k].name, refs[i].name) == 0);
		if (at == VV_HELLO_HEADS || vv_oid_is_null(&refs[i].id)) {
			rc = vv_fail(err, VV_EREFUSED, "%s",
				     at == VV_HELLO_HEADS ? "there are too many signed heads"
							  : "a signed head cannot be deleted");
			break;
		}
		shown[at] = (vv_shown_head){refs[i].name, refs[i].id};
		n += at == n;
		pushed++;
	}
	if (rc == VV_OK && pushed > 0) {
		rc = vv_heads_judge(&judged, with, &trust, "this push", shown, n, NULL,
				    vv_repository_notes(r), err);
	}
	vv_heads_free(here, here_count);
	return rc;
}

/* Under the lock. */
static vv_status trust_locked(vv_repository *r, vv_error *err)
{
	vv_auto(vv_judged) judged = {.first = false};
	vv_trust trust;
	size_t count;
	vv_status rc;

	if ((rc = vv_trust_read(&trust, r, err)) < 0 ||
	    (rc = vv_heads_judge_here(&judged, &count, r, &trust, vv_repository_notes(r), err)) <
		    0) {
		return rc;
	}
	return judged.changed ? vv_trust_write(&judged.trust, r, err) : VV_OK;
}

/* Heads that were accepted are trusted here, too. */
static vv_status trust_heads(vv_repository *r, vv_error *err)
{
	vv_shown_head *heads = NULL;
	size_t count = 0;
	vv_status rc = vv_heads_list(&heads, &count, r, err);

	vv_heads_free(heads, count);
	if (rc < 0 || count == 0) return rc; /* most repositories have none, and no lock */
	vv_auto(vv_fd) lock = vv_trust_lock(r, err);
	return lock < 0 ? (vv_status)lock : trust_locked(r, err);
}

/* With varve.sign the server signs accepted refs. */
static void sign_pushed(void *payload, const vv_push_ref *refs, size_t count, vv_buf *report)
{
	const serving *s = payload;
	vv_error err;

	vv_array_each(refs, count, ref) {
		if (vv_ref_is_expired(ref->name) && !vv_oid_is_null(&ref->id)) {
			(void)vv_expired_set_signed(s->repo, &ref->id, VV_IGNORED);
		}
	}
	if (trust_heads(s->repo, &err) < 0 ||
	    vv_head_make_set(s->repo, refs, count, s->one ? VV_HEADS_SERVER : VV_HEADS_FAR_SIDE,
			     &err) < 0) {
		vv_buf_printf(report, "warning: the server did not sign this version: %s\n",
			      err.message);
	}
}

/* --- the owner's policy (receive.varveCheck) -------------------------------------------------- */

#define LISTED 10u /* findings of each rule */

/* The rules for the commits of a push. */
typedef struct judging {
	vv_repository *with; /* has the received objects */
	bool has_file;       /* receive.varveRules */
	vv_buf file;
	vv_buf *report;
} judging;

static vv_status take_first(void *payload, const vv_ref *ref, vv_error *err VV_UNUSED)
{
	vv_oid *first = payload;

	if (vv_oid_is_null(first)) {
		*first = ref->commit;
	}
	return VV_OK;
}

/* The branch at HEAD; where that is unborn the first by its name. Null: there is none yet. */
static vv_status find_default(vv_repository *r, vv_oid *out, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(r, &head, err);

	*out = head.commit;
	if (rc < 0 || !head.unborn) return rc;
	*out = (vv_oid){0};
	return vv_refs_each(r, "refs/heads/", take_first, out, err);
}

/* The fork point of a new branch from the default one: older commits were checked before. *rules: the
 * commit with the receiving side's former varve.json for this branch. */
static vv_status find_start(const judging *j, const vv_push_ref *r, vv_oid *out, bool *has,
			    vv_oid *rules, bool *has_rules, vv_error *err)
{
	vv_status rc;

	*out = *rules = r->old;
	*has = *has_rules = !vv_oid_is_null(&r->old);
	if (*has) return VV_OK;
	if ((rc = find_default(j->with, rules, err)) < 0 || vv_oid_is_null(rules)) return rc;
	*has_rules = true;
	rc = vv_merge_base(j->with, rules, &r->id, out, err);
	*has = rc == VV_OK;
	return vv_missing_ok(rc, err);
}

/* The commit that is looked for, and whether a branch has it. */
typedef struct on_branch {
	vv_repository *with;
	const vv_oid *commit;
	bool found;
} on_branch;

static vv_status look_on_branch(void *payload, const vv_ref *ref, vv_error *err)
{
	on_branch *x = payload;

	if (x->found || vv_oid_is_null(&ref->commit)) return VV_OK;
	return vv_is_ancestor(x->with, x->commit, &ref->commit, &x->found, err);
}

/* A tag is checked as a new branch would be (*as; a null id: not at all), unless a branch has its commit, which was
 * checked there, or is pushed with it and checked now. A tag of something else than a commit has no data to check. */
static vv_status tag_as_branch(const judging *j, const vv_push_ref *tag, const vv_push_ref *refs,
			       size_t count, vv_push_ref *as, vv_error *err)
{
	on_branch x = {.with = j->with, .commit = &as->id};
	vv_status rc;

	*as = (vv_push_ref){.name = tag->name};
	if ((rc = vv_rev_commit(j->with, vv_oid_shows(&tag->id), &as->id, err)) == VV_EUSAGE) {
		vv_error_clear(err); /* of a tree or a file */
		return VV_OK;
	}
	for (size_t i = 0; i < count && rc == VV_OK && !x.found; i++) {
		vv_ref pushed = {.commit = refs[i].id};
		if (strncmp(refs[i].name, "refs/heads/", 11) == 0) {
			rc = look_on_branch(&x, &pushed, err);
		}
	}
	if (rc == VV_OK && !x.found) {
		rc = vv_refs_each(j->with, "refs/heads/", look_on_branch, &x, err);
	}
	if (x.found) {
		as->id = (vv_oid){0};
	}
	return rc;
}

static vv_status check_ref(const judging *j, const vv_push_ref *r, bool *valid, vv_error *err)
{
	vv_check_request q = {.include = r->id, .report = {.limit = LISTED}};
	vv_auto(vv_check_owner) owner = {.has_side = false};
	vv_oid rules;
	bool has_rules, good;
	vv_status rc;

	if (vv_oid_is_null(&r->id)) return VV_OK;
	if ((rc = find_start(j, r, &q.exclude, &q.has_exclude, &rules, &has_rules, err)) < 0 ||
	    (rc = vv_check_owner_read(&owner, j->with, has_rules ? &rules : NULL, NULL,
				      j->has_file ? &j->file : NULL, err)) < 0) {
		return rc;
	}
	q.owner = has_rules || j->has_file ? &owner : NULL;
	q.report.fail_on = vv_rules_fail_on(owner.rules);
	if ((rc = vv_check_commits(j->with, &q, &good, j->report, err)) < 0) return rc;
	*valid &= good;
	return VV_OK;
}

/* receive.varveRules: a file that no push can change; relative to the Git folder. */
static vv_status read_owner(const serving *s, judging *j, vv_error *err)
{
	vv_auto(char) *name = NULL, *file = NULL;
	vv_status rc = vv_config_string(s->repo, "receive.varverules", &name, err);

	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	file = vv_path_is_absolute(name)
		       ? vv_strdup(name)
		       : vv_path_join(vv_repository_commondir(s->repo), name, NULL);
	j->has_file = true;
	rc = vv_read_file(&j->file, file, VV_RULES_MAX, err);
	return rc < 0 ? vv_prefix(err, "receive.varveRules") : VV_OK;
}

static vv_status judge_refs(const judging *j, const vv_push_ref *refs, size_t count, bool refuse,
			    vv_error *err)
{
	bool valid = true;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		vv_push_ref r = refs[i];
		if (vv_ref_is_head(r.name) || vv_ref_is_expired(r.name)) {
			continue;
		}
		if (strncmp(r.name, "refs/heads/", 11) != 0 && !vv_oid_is_null(&r.id)) {
			rc = tag_as_branch(j, &refs[i], refs, count, &r, err);
		}
		if (rc == VV_OK) {
			rc = check_ref(j, &r, &valid, err);
		}
	}
	if (rc == VV_EMISSING && refuse) {
		return vv_prefix(
			err,
			"the other repository rejects tables that it cannot check "
			"(receive.varveCheck is 'refuse'), and it lacks the rows of a table (those "
			"of a linked table are at its source)");
	}
	if (rc < 0 && !refuse && rc != VV_ENOMEM) {
		vv_buf_printf(j->report, "the check could not run: %s\n", err->message);
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc < 0 || valid || !refuse
		       ? rc
		       : vv_fail(err, VV_EREFUSED,
				 "the check of the data found errors (receive.varveCheck)");
}

static void judging_clear(judging *j)
{
	vv_buf_clear(&j->file);
}

VV_AUTO_CLEAR(judging, judging_clear)

static vv_status apply_policy(void *payload, vv_repository *with, vv_incoming *in,
			      const vv_push_ref *refs, size_t count, vv_buf *report, vv_error *err)
{
	serving *s = payload;
	vv_auto(judging) j = {.with = with, .report = report};
	vv_auto(char) *mode = NULL;
	vv_status rc = judge_heads(s->repo, with, refs, count, err);

	if (rc < 0) return rc;
	rc = vv_config_string(s->repo, "receive.varvecheck", &mode, err);
	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	if (strcmp(mode, "off") == 0) return VV_OK;
	if (strcmp(mode, "refuse") != 0 && strcmp(mode, "warn") != 0) {
		return vv_fail(
			err, VV_EUSAGE,
			"the other repository's setting receive.varveCheck is '%s', expected refuse, warn or off",
			vv_text_shows(mode));
	}
	if ((rc = read_owner(s, &j, err)) < 0 || (rc = vv_incoming_show(in, with, err)) < 0) {
		return rc;
	}
	return judge_refs(&j, refs, count, strcmp(mode, "refuse") == 0, err);
}

/* --- the line ----------------------------------------------------------------------------- */

/* Sends the peer, which waits for an answer, the reason of the failure. */
static vv_status refuse_peer(const vv_serve_repo *s, vv_channel *line, const vv_error *why)
{
	vv_auto(vv_frame_reader) in = {0};
	vv_error worded = *why;

	if (!s->one) {
		(void)vv_channel_write(line, VV_GREETING, strlen(VV_GREETING), VV_IGNORED);
		(void)vv_channel_turn(line, VV_IGNORED);
	}
	vv_frame_reader_init(&in, line, 64u << 20);
	(void)vv_frame_drain(&in, VV_IGNORED);
	vv_hint_word(&worded, s->words);
	(void)vv_frame_fail(line, &worded, VV_IGNORED);
	return why->code;
}

static void serving_clear(serving *s)
{
	vv_transfer_close(&s->check);
	vv_repository_close(s->repo);
}

VV_AUTO_CLEAR(serving, serving_clear)

vv_status vv_serve_repo_run(vv_serve_repo *s, vv_channel *line, vv_error *err)
{
	vv_auto(serving) state = {.notes = {.words = s->words}, .one = s->one};
	vv_serve serve = {.check = check_version,
			  .policy = apply_policy,
			  .update_tree = update_tree,
			  .pushed = sign_pushed,
			  .payload = &state,
			  .reach = s->reach,
			  .only_signed = s->only_signed,
			  .hold = s->hold,
			  .hold_payload = s->hold_payload,
			  .only_hold = s->only_hold,
			  .writable = s->writable};
	uint64_t alive_ms = 0;
	vv_status rc;

	s->op = "open";
	s->failed = true;
	if ((rc = open_exactly(&state.repo, s->path, s->env, err)) < 0 ||
	    (rc = vv_receive_limits_load(&serve.limits, state.repo, err)) < 0 ||
	    (rc = vv_config_u64(state.repo, "varve.keepalive", VV_PULSE_MS, &alive_ms, err)) < 0 ||
	    (rc = vv_transfer_open(&state.check, state.repo, NULL, true, 0, err)) < 0) {
		return refuse_peer(s, line, err);
	}
	vv_repository_listen(state.repo, &state.notes);
	serve.repo = state.repo;
	serve.alive_ms = alive_ms < UINT_MAX ? (unsigned)alive_ms : 0;
	state.progress = (vv_progress){note_progress, &serve, note_progress};
	state.check.progress = &state.progress;
	if (!s->one) { /* HTTP has limits of its own */
		vv_channel_pace(line, VV_PACE_DEFAULT, VV_IDLE_SERVE);
	}
	rc = s->one ? vv_serve_request(&serve, line, err) : vv_serve_line(&serve, line, err);
	s->op = serve.op ? serve.op : "none";
	s->failed = serve.failed;
	return rc;
}

vv_status vv_serve_repo_stdio(vv_serve_repo *s, vv_error *err)
{
	vv_auto(vv_channel) *line = NULL;

	(void)signal(SIGPIPE, SIG_IGN);
	line = vv_channel_fds(STDIN_FILENO, STDOUT_FILENO, "the peer");
	return line ? vv_serve_repo_run(s, line, err) : vv_fail_nomem(err);
}
