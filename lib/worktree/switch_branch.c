/*
 * switch_branch: what may stand for a branch, and in which order files, index, settings and HEAD follow.
 */
#include "lib/worktree/switch_branch.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/worktree/journal.h"
#include "repo/git/config.h"
#include "repo/git/history/history.h"
#include "repo/git/ref_name.h"

static char *branch_ref(const char *name)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "refs/heads/");
	vv_buf_puts(&b, name);
	return vv_buf_detach(&b);
}

static vv_status find_branch(vv_branch_switch *p, const char *name, bool *exists, vv_oid *id,
			     vv_error *err)
{
	vv_auto(char) *ref_name = branch_ref(name);
	vv_ref ref;

	*exists = false;
	if (!ref_name) return vv_fail_nomem(err);
	if (vv_ref_name_check(name, VV_IGNORED) == VV_OK &&
	    vv_ref_get(p->repo, ref_name, &ref, VV_IGNORED) == VV_OK) {
		*exists = true;
		*id = ref.commit;
		vv_ref_clear(&ref);
	}
	return VV_OK;
}

/* "-": where HEAD was before, from the last line "checkout: moving from A to B" of its
 * reflog. Only the end of the log is read. */
#define LOG_TAIL (256u << 10)
static vv_status previous_branch(vv_branch_switch *p, vv_error *err)
{
	static const char moving[] = "\tcheckout: moving from ";
	vv_auto(char) *file = vv_path_join(vv_repository_gitdir(p->repo), "logs", "HEAD",
					   (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *at = NULL, *end;
	vv_stat st;
	int fd = -1;
	ssize_t got = 0;
	vv_status rc = VV_OK;

	if (!file || !vv_buf_reserve(&text, LOG_TAIL + 1)) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	fd = vv_open(file, O_RDONLY, 0, NULL);
	if (fd >= 0 && vv_fstat(&st, fd, file, NULL) == VV_OK) {
		got = vv_pread_full(fd, text.data, LOG_TAIL,
				    st.size > LOG_TAIL ? st.size - LOG_TAIL : 0, file, err);
		if (got < 0) {
			rc = (vv_status)got;
			goto done;
		}
	}
	text.data[got] = '\0';
	for (const char *next = text.data; (next = strstr(next, moving)) != NULL; next++) {
		at = next;
	}
	end = at ? strstr(at, " to ") : NULL;
	if (!end) {
		rc = vv_fail(err, VV_ENOTFOUND, "no previous branch: HEAD has not moved here");
		goto done;
	}
	at += sizeof(moving) - 1;
	p->owned = vv_strndup(at, (size_t)(end - at));
	rc = p->owned ? VV_OK : vv_fail_nomem(err);
done:
	if (fd >= 0) {
		vv_close(fd, file, NULL);
	}
	return rc;
}

/* A name that is not a branch here, but exactly one remote has it. */
typedef struct guess {
	const char *name;
	char *found;
	unsigned count;
} guess;

static vv_status look_at_remote(void *payload, const vv_ref *ref, vv_error *err)
{
	guess *g = payload;
	const char *slash = strchr(ref->name + strlen("refs/remotes/"), '/');

	if (slash && strcmp(slash + 1, g->name) == 0 && g->count++ == 0) {
		g->found = vv_strdup(ref->name);
		return g->found ? VV_OK : vv_fail_nomem(err);
	}
	return VV_OK;
}

typedef struct near_branch {
	vv_nearest near;
	vv_buf name;
} near_branch;

static vv_status look_at_branch(void *payload, const vv_ref *ref, vv_error *err)
{
	near_branch *n = payload;
	const char *name = ref->name + strlen("refs/heads/");

	if (!vv_nearest_try(&n->near, name)) return VV_OK;
	vv_buf_reset(&n->name);
	vv_buf_puts(&n->name, name);
	n->near.best = vv_buf_cstr(&n->name); /* the ref's own name does not last */
	return vv_buf_ok(&n->name, err);
}

static void hint_branch(vv_repository *r, const char *name, vv_error *err)
{
	near_branch n = {.name = VV_BUF_INIT};

	vv_nearest_init(&n.near, name);
	if (vv_refs_each(r, "refs/heads/", look_at_branch, &n, VV_IGNORED) == VV_OK &&
	    n.near.best) {
		vv_hint(err, "did you mean '%s'?", vv_text_shows(n.near.best));
	}
	vv_buf_clear(&n.name);
}

static vv_status guess_remote(vv_branch_switch *p, const char *name, vv_error *err)
{
	guess g = {name, NULL, 0};
	vv_status rc = vv_refs_each(p->repo, "refs/remotes/", look_at_remote, &g, err);

	if (rc == VV_OK && g.count == 1 &&
	    (rc = vv_rev_commit(p->repo, g.found, &p->target, err)) == VV_OK) {
		p->upstream = g.found;
		p->name = name;
		p->make = true;
		return VV_OK;
	}
	vv_free(g.found);
	if (rc == VV_OK) {
		rc = g.count ? vv_fail(err, VV_EUSAGE, "%u remotes have a branch '%s'", g.count,
				       vv_text_shows(name))
			     : vv_fail(err, VV_ENOTFOUND, "no such branch '%s'",
				       vv_text_shows(name));
		if (g.count == 0) {
			hint_branch(p->repo, name, err);
		}
		vv_hint_code(err, g.count ? VV_HINT_SWITCH_REMOTE : VV_HINT_SWITCH_CREATE, name);
	}
	return rc;
}

static vv_status no_branch(vv_branch_switch *p, const char *name, vv_error *err)
{
	vv_oid commit;

	if (vv_rev_commit(p->repo, name, &commit, VV_IGNORED) == VV_OK) {
		vv_fail(err, VV_EUSAGE, "'%s' is a commit, not a branch", vv_text_shows(name));
		return vv_hint_code(err, VV_HINT_SWITCH_DETACH, name);
	}
	return guess_remote(p, name, err);
}

static vv_status plan_create(vv_branch_switch *p, const char *start, vv_error *err)
{
	vv_status rc;

	p->name = p->create;
	p->make = true;
	p->start = start ? start : "HEAD";
	if ((rc = vv_ref_name_check(p->name, err)) < 0 ||
	    (rc = find_branch(p, p->name, &p->exists, &p->old, err)) < 0) {
		return rc;
	}
	if (p->exists && !p->force_create) {
		vv_fail(err, VV_EEXISTS, "there is a branch '%s' already", vv_text_shows(p->name));
		return vv_hint_code(err, VV_HINT_SWITCH, p->name);
	}
	if (!start && p->head.unborn) {
		p->unborn = true;
		return VV_OK;
	}
	return vv_rev_commit(p->repo, p->start, &p->target, err);
}

static vv_status plan_target(vv_branch_switch *p, const char *given, vv_error *err)
{
	bool exists;
	vv_status rc;

	if (p->create) return plan_create(p, given, err);
	const char *word = given ? given : "HEAD";
	if (strcmp(word, "-") == 0) {
		if ((rc = previous_branch(p, err)) < 0) return rc;
		word = p->owned;
	}
	p->start = word;
	if (p->detach) return vv_rev_commit(p->repo, word, &p->target, err);
	if ((rc = find_branch(p, word, &exists, &p->target, err)) < 0) return rc;
	if (exists) {
		p->name = word;
		return VV_OK;
	}
	if (given && strcmp(given, "-") == 0) {
		/* It was a detached commit before: back to that. */
		return vv_rev_commit(p->repo, word, &p->target, err);
	}
	return no_branch(p, word, err);
}

bool vv_branch_switch_is_current(const vv_branch_switch *p)
{
	return p->name && p->head.branch && strncmp(p->head.branch, "refs/heads/", 11) == 0 &&
	       strcmp(p->head.branch + 11, p->name) == 0;
}

/* A branch is checked out in one worktree only. */
static vv_status check_free(vv_branch_switch *p, vv_error *err)
{
	vv_auto(char) *ref = NULL;
	vv_auto(char) *where = NULL;

	if (!p->name || vv_branch_switch_is_current(p)) return VV_OK;
	if (!(ref = branch_ref(p->name))) return vv_fail_nomem(err);
	vv_status rc = vv_branch_checked_out(p->repo, ref, &where, err);
	if (rc == VV_OK && where) {
		rc = vv_fail(err, VV_EREFUSED,
			     "branch '%s' is checked out in '%s'\n"
			     "work there, or look at its commit here with --detach",
			     vv_text_shows(p->name), vv_text_shows(where));
	}
	return rc;
}

static const char *short_head(const vv_branch_switch *p, char hex[VV_OID_TEXT + 1])
{
	if (p->head.branch) {
		return strncmp(p->head.branch, "refs/heads/", 11) == 0 ? p->head.branch + 11
								       : p->head.branch;
	}
	vv_oid_text(hex, &p->head.commit);
	return hex;
}

typedef vv_status (*setting_fn)(void *payload, const char *key, const char *value, vv_error *err);

static vv_status set_setting(void *payload, const char *key, const char *value, vv_error *err)
{
	return vv_config_set(payload, key, value, err);
}

static vv_status note_setting(void *payload, const char *key, const char *value, vv_error *err)
{
	return vv_journal_config(payload, key, value, err);
}

/* The settings that make the branch follow its upstream. */
static vv_status each_upstream_setting(const vv_branch_switch *p, setting_fn fn, void *payload,
				       vv_error *err)
{
	const char *remote = p->upstream + strlen("refs/remotes/"), *slash = strchr(remote, '/');
	vv_auto(char) *ref = branch_ref(p->name);
	vv_auto(vv_buf) key = VV_BUF_INIT, value = VV_BUF_INIT;
	vv_status rc;

	vv_buf_put(&value, remote, (size_t)(slash - remote));
	vv_buf_printf(&key, "branch.%s.remote", p->name);
	if (!ref || vv_buf_ok(&key, err) < 0 || vv_buf_ok(&value, err) < 0) {
		return vv_fail_nomem(err);
	}
	if ((rc = fn(payload, key.data, value.data, err)) < 0) return rc;
	vv_buf_reset(&key);
	vv_buf_printf(&key, "branch.%s.merge", p->name);
	if ((rc = vv_buf_ok(&key, err)) == VV_OK) {
		rc = fn(payload, key.data, ref, err);
	}
	return rc;
}

/* Makes the branch where asked, then moves HEAD: the last step of all. */
static vv_status move_head(vv_branch_switch *p, vv_error *err)
{
	char hex[VV_OID_TEXT + 1], to[VV_OID_TEXT + 1];
	vv_auto(vv_buf) message = VV_BUF_INIT, reason = VV_BUF_INIT;
	vv_auto(char) *ref = p->name ? branch_ref(p->name) : NULL;
	vv_status rc = VV_OK;

	vv_oid_text(to, &p->target);
	vv_buf_printf(&message, "checkout: moving from %s to %s", short_head(p, hex),
		      p->name ? p->name : to);
	vv_buf_printf(&reason, "branch: %s %s", p->exists ? "Reset to" : "Created from",
		      p->start ? p->start : "HEAD");
	if (vv_buf_ok(&message, err) < 0 || vv_buf_ok(&reason, err) < 0 || (p->name && !ref)) {
		return vv_fail_nomem(err);
	}
	if (p->make && !p->unborn) {
		rc = vv_ref_update(p->repo, ref, &p->target, p->exists ? &p->old : NULL, p->exists,
				   reason.data, err);
	}
	if (rc == VV_OK) {
		rc = p->name ? vv_head_set_branch(p->repo, ref, message.data, err)
			     : vv_head_detach(p->repo, &p->target, message.data, err);
	}
	if (rc == VV_OK && p->upstream &&
	    (rc = each_upstream_setting(p, set_setting, p->repo, err)) < 0) {
		(void)vv_prefix(err, "HEAD is moved now, but then");
	}
	return rc;
}

static vv_status check_state(const vv_branch_switch *p, vv_error *err)
{
	const char *state = vv_state_shown(p->repo);

	if (*state == '\0' || strcmp(state, "bisect") == 0) return VV_OK;
	return vv_fail(err, VV_EREFUSED,
		       "%s %s is under way\n"
		       "finish it first, or give it up with '%s %s --abort'",
		       strchr("au", *state) ? "an" : "a", state,
		       strcmp(state, "update") == 0 ? "varve" : "git", state);
}

vv_status vv_branch_switch_find(vv_branch_switch *p, const char *word, vv_error *err)
{
	vv_status rc;

	if ((rc = check_state(p, err)) < 0 || (rc = vv_head_read(p->repo, &p->head, err)) < 0 ||
	    (rc = plan_target(p, word, err)) < 0) {
		return rc;
	}
	return check_free(p, err);
}

static void run_hook(const vv_branch_switch *p)
{
	char from[VV_OID_TEXT + 1], to[VV_OID_TEXT + 1];
	const char *args[] = {from, to, "1", NULL};
	vv_error err;
	bool ran;

	vv_oid_text(from, &p->head.commit);
	vv_oid_text(to, &p->target);
	if (vv_hook_run(p->repo, "post-checkout", args, &ran, &err) < 0) {
		vv_notes_warn(vv_repository_notes(p->repo), "%s", err.message);
	}
}

/* What will change, before anything does. */
static vv_status note(vv_branch_switch *p, vv_journal **out, const vv_tree_switch *s, vv_error *err)
{
	vv_journal_options o = {.command = "switch", .end = VV_JOURNAL_END_HEAD};
	vv_auto(char) *ref = p->name ? branch_ref(p->name) : NULL;
	vv_auto(vv_buf) what = VV_BUF_INIT;
	vv_journal *j = NULL;
	vv_status rc;

	vv_buf_printf(&what, "the switch to %s%s%s", p->name ? "'" : "",
		      p->name    ? p->name
		      : p->start ? p->start
				 : vv_oid_shows(&p->target),
		      p->name ? "'" : "");
	if ((p->name && !ref) || vv_buf_ok(&what, err) < 0) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	o.what = what.data;
	if ((rc = vv_journal_open(&j, p->repo, &o, err)) < 0 ||
	    (rc = vv_tree_switch_note(s, j, p->force, NULL, 0, err)) < 0 ||
	    (rc = vv_journal_head(j, ref, &p->target, err)) < 0 ||
	    (p->make &&
	     (rc = vv_journal_ref(j, ref, p->exists ? &p->old : NULL, &p->target, err)) < 0) ||
	    (p->upstream && (rc = each_upstream_setting(p, note_setting, j, err)) < 0)) {
		goto done;
	}
	rc = vv_journal_ready(j, err);
done:
	*out = j;
	return rc;
}

static vv_status change_files(vv_branch_switch *p, vv_error *err)
{
	vv_auto(vv_checkout) checkout = {0};
	vv_journal *j = NULL;
	vv_status rc;

	vv_checkout_init(&checkout, p->repo, p->reader, p->index);
	checkout.pointer_ok = true;
	checkout.fetch = true;
	/* As git: it names none where a branch begins here. */
	const bool named = !p->force && !p->quiet &&
			   !(p->make && vv_oid_equal(&p->head.commit, &p->target));
	if ((rc = vv_tree_switch_plan(&p->files, &checkout, &p->head.commit, &p->target, p->force,
				      err)) < 0 ||
	    (named && (rc = vv_tree_switch_find_kept(&p->files, &p->head.commit, err)) < 0)) {
		return rc;
	}
	if (((p->files.count > 0 || p->make) && (rc = note(p, &j, &p->files, err)) < 0) ||
	    (rc = vv_tree_switch_run(&p->files, err)) < 0 ||
	    (p->files.count > 0 && (rc = vv_journal_index(j, p->index, err)) < 0) ||
	    (rc = move_head(p, err)) < 0) {
		/* Where HEAD has moved all the same, files and index stay with it. */
		return vv_journal_close(j, rc, err);
	}
	(void)vv_journal_close(j, rc, err);
	vv_notes_end(vv_repository_notes(p->repo));
	p->lacking = vv_checkout_note_missing(&checkout);
	return VV_OK;
}

vv_status vv_branch_switch_run(vv_branch_switch *p, vv_error *err)
{
	return p->unborn ? move_head(p, err) : change_files(p, err);
}

void vv_branch_switch_end(const vv_branch_switch *p)
{
	if (!p->unborn) {
		run_hook(p);
	}
}

void vv_branch_switch_clear(vv_branch_switch *p)
{
	vv_tree_switch_clear(&p->files);
	vv_head_clear(&p->head);
	vv_free_all(p->owned, p->upstream);
	memset(p, 0, sizeof(*p));
}
