/*
 * switch: another branch, with its files.
 */
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/work/commit/checkout.h"
#include "lib/work/commit/journal.h"
#include "lib/work/commit/switch_tree.h"
#include "repo/git/config.h"
#include "repo/git/history/history.h"
#include "repo/git/ref_name.h"

typedef struct options {
	const char *create, *create_force;
	bool detach, force, quiet;
} options;

static const vv_option table[] = {
	OPT_STRING('c', "create", create, "NAME", "create branch NAME first"),
	OPT_STRING('C', "force-create", create_force, "NAME",
		   "the same; a branch that exists is moved"),
	OPT_FLAG('d', "detach", detach, "switch to a commit, without a branch"),
	OPT_FLAG('f', "discard-changes", force, "discard local changes"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

typedef struct plan {
	const options *o;
	vv_context *c;
	vv_head head;
	const char *name;  /* the branch to be on afterwards; NULL: detached */
	char *owned;       /* holds name where it had to be made */
	char *upstream;    /* the remote branch that a guessed branch follows, or NULL */
	const char *start; /* what the user called the start point */
	vv_oid target;
	bool make;  /* the branch is to be made or moved */
	vv_oid old; /* of the branch to be made, where it exists */
	bool exists;
	bool unborn; /* -c on an unborn branch: only HEAD's name changes */
} plan;

static char *branch_ref(const char *name)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "refs/heads/");
	vv_buf_puts(&b, name);
	return vv_buf_detach(&b);
}

static vv_status find_branch(plan *p, const char *name, bool *exists, vv_oid *id, vv_error *err)
{
	char *ref_name = branch_ref(name);
	vv_error absent;
	vv_ref ref;

	*exists = false;
	if (!ref_name) return vv_fail_nomem(err);
	if (vv_ref_name_check(name, &absent) == VV_OK &&
	    vv_ref_get(p->c->repo, ref_name, &ref, &absent) == VV_OK) {
		*exists = true;
		*id = ref.commit;
		vv_ref_clear(&ref);
	}
	vv_free(ref_name);
	return VV_OK;
}

/* "-": where HEAD was before, from the last line "checkout: moving from A to B" of its
 * reflog. Only the end of the log is read. */
#define LOG_TAIL (256u << 10)
static vv_status previous_branch(plan *p, vv_error *err)
{
	static const char moving[] = "\tcheckout: moving from ";
	char *file = vv_path_join(vv_repository_gitdir(p->c->repo), "logs", "HEAD", (char *)NULL);
	vv_buf text = VV_BUF_INIT;
	const char *at = NULL, *next, *end;
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
	for (next = text.data; (next = strstr(next, moving)) != NULL; next++) {
		at = next;
	}
	end = at ? strstr(at, " to ") : NULL;
	if (!end) {
		rc = vv_fail(err, VV_ENOTFOUND,
			     "there is no branch to go back to: HEAD never moved here");
		goto done;
	}
	at += sizeof(moving) - 1;
	p->owned = vv_strndup(at, (size_t)(end - at));
	rc = p->owned ? VV_OK : vv_fail_nomem(err);
done:
	if (fd >= 0) {
		vv_close(fd, file, NULL);
	}
	vv_buf_clear(&text);
	vv_free(file);
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

static vv_status guess_remote(plan *p, const char *name, vv_error *err)
{
	guess g = {name, NULL, 0};
	vv_status rc = vv_refs_each(p->c->repo, "refs/remotes/", look_at_remote, &g, err);

	if (rc == VV_OK && g.count == 1 &&
	    (rc = vv_rev_commit(p->c->repo, g.found, &p->target, err)) == VV_OK) {
		p->upstream = g.found;
		p->name = name;
		p->make = true;
		return VV_OK;
	}
	vv_free(g.found);
	if (rc == VV_OK) {
		rc = g.count ? vv_fail(err, VV_EUSAGE, "%u remotes have a branch '%s'", g.count,
				       vv_text_shows(name))
			     : vv_fail(err, VV_ENOTFOUND, "there is no branch '%s'",
				       vv_text_shows(name));
		vv_hint(err,
			g.count ? "name one: varve switch -c %s REMOTE/%s"
				: "'varve switch -c %s' makes it",
			vv_text_shows(name), vv_text_shows(name));
	}
	return rc;
}

static vv_status no_branch(plan *p, const char *name, vv_error *err)
{
	vv_oid commit;
	vv_error absent;

	if (vv_rev_commit(p->c->repo, name, &commit, &absent) == VV_OK) {
		vv_fail(err, VV_EUSAGE, "'%s' is a commit, not a branch", vv_text_shows(name));
		return vv_hint(
			err,
			"look at it with 'varve switch --detach %s', or begin a branch there "
			"with -c",
			vv_text_shows(name));
	}
	return guess_remote(p, name, err);
}

static vv_status plan_create(plan *p, int argc, char **argv, vv_error *err)
{
	const options *o = p->o;
	vv_status rc;

	p->name = o->create ? o->create : o->create_force;
	p->make = true;
	p->start = argc > 0 ? argv[0] : "HEAD";
	if ((rc = vv_ref_name_check(p->name, err)) < 0 ||
	    (rc = find_branch(p, p->name, &p->exists, &p->old, err)) < 0) {
		return rc;
	}
	if (p->exists && !o->create_force) {
		vv_fail(err, VV_EEXISTS, "there is a branch '%s' already", vv_text_shows(p->name));
		return vv_hint(err, "'varve switch %s' goes to it", vv_text_shows(p->name));
	}
	if (argc == 0 && p->head.unborn) {
		p->unborn = true;
		return VV_OK;
	}
	return vv_rev_commit(p->c->repo, p->start, &p->target, err);
}

static vv_status plan_target(plan *p, int argc, char **argv, vv_error *err)
{
	const char *word;
	bool exists;
	vv_status rc;

	if (p->o->create || p->o->create_force) return plan_create(p, argc, argv, err);
	word = argc > 0 ? argv[0] : "HEAD";
	if (strcmp(word, "-") == 0) {
		if ((rc = previous_branch(p, err)) < 0) return rc;
		word = p->owned;
	}
	p->start = word;
	if (p->o->detach) return vv_rev_commit(p->c->repo, word, &p->target, err);
	if ((rc = find_branch(p, word, &exists, &p->target, err)) < 0) return rc;
	if (exists) {
		p->name = word;
		return VV_OK;
	}
	if (argc > 0 && strcmp(argv[0], "-") == 0) {
		/* It was a detached commit before: back to that. */
		return vv_rev_commit(p->c->repo, word, &p->target, err);
	}
	return no_branch(p, word, err);
}

static bool is_current(const plan *p)
{
	return p->name && p->head.branch && strncmp(p->head.branch, "refs/heads/", 11) == 0 &&
	       strcmp(p->head.branch + 11, p->name) == 0;
}

/* A branch is checked out in one worktree only. */
static vv_status check_free(plan *p, vv_error *err)
{
	char *ref, *where = NULL;
	vv_status rc;

	if (!p->name || is_current(p)) return VV_OK;
	if (!(ref = branch_ref(p->name))) return vv_fail_nomem(err);
	rc = vv_branch_checked_out(p->c->repo, ref, &where, err);
	if (rc == VV_OK && where) {
		rc = vv_fail(err, VV_EREFUSED, "branch '%s' is checked out in '%s'",
			     vv_text_shows(p->name), vv_text_shows(where));
		vv_hint(err, "work there, or look at its commit here with --detach");
	}
	vv_free(where);
	vv_free(ref);
	return rc;
}

static const char *short_head(const plan *p, char hex[VV_OID_TEXT + 1])
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
static vv_status each_upstream_setting(const plan *p, setting_fn fn, void *payload, vv_error *err)
{
	const char *remote = p->upstream + strlen("refs/remotes/"), *slash = strchr(remote, '/');
	char *ref = branch_ref(p->name);
	vv_buf key = VV_BUF_INIT, value = VV_BUF_INIT;
	vv_status rc;

	vv_buf_put(&value, remote, (size_t)(slash - remote));
	vv_buf_printf(&key, "branch.%s.remote", p->name);
	if (!ref || vv_buf_ok(&key, err) < 0 || vv_buf_ok(&value, err) < 0) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = fn(payload, key.data, value.data, err)) < 0) {
		goto done;
	}
	vv_buf_reset(&key);
	vv_buf_printf(&key, "branch.%s.merge", p->name);
	if ((rc = vv_buf_ok(&key, err)) == VV_OK) {
		rc = fn(payload, key.data, ref, err);
	}
done:
	vv_free(ref);
	vv_buf_clear(&key);
	vv_buf_clear(&value);
	return rc;
}

/* Makes the branch where asked, then moves HEAD: the last step of all. */
static vv_status move_head(plan *p, vv_error *err)
{
	char hex[VV_OID_TEXT + 1], to[VV_OID_TEXT + 1];
	vv_buf message = VV_BUF_INIT, reason = VV_BUF_INIT;
	char *ref = p->name ? branch_ref(p->name) : NULL;
	vv_status rc = VV_OK;

	vv_oid_text(to, &p->target);
	vv_buf_printf(&message, "checkout: moving from %s to %s", short_head(p, hex),
		      p->name ? p->name : to);
	vv_buf_printf(&reason, "branch: %s %s", p->exists ? "Reset to" : "Created from",
		      p->start ? p->start : "HEAD");
	if (vv_buf_ok(&message, err) < 0 || vv_buf_ok(&reason, err) < 0 || (p->name && !ref)) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if (p->make && !p->unborn) {
		rc = vv_ref_update(p->c->repo, ref, &p->target, p->exists ? &p->old : NULL,
				   p->exists, reason.data, err);
	}
	if (rc == VV_OK) {
		rc = p->name ? vv_head_set_branch(p->c->repo, ref, message.data, err)
			     : vv_head_detach(p->c->repo, &p->target, message.data, err);
	}
	if (rc == VV_OK && p->upstream &&
	    (rc = each_upstream_setting(p, set_setting, p->c->repo, err)) < 0) {
		(void)vv_prefix(err, "HEAD is moved now, but then");
	}
done:
	vv_free(ref);
	vv_buf_clear(&message);
	vv_buf_clear(&reason);
	return rc;
}

static void say_done(plan *p, const vv_tree_switch *s)
{
	vv_commit c;
	char *hex = NULL;
	vv_error ignored;
	size_t i, len;

	for (i = 0; i < s->kept_count; i++) {
		vv_out("%.2s", s->kept[i]);
		vv_out_text(s->kept[i] + 2, strlen(s->kept[i] + 2));
		vv_out("\n");
	}
	if (is_current(p)) {
		vv_note("already on '%s'", vv_text_shows(p->name));
	} else if (p->name) {
		vv_note("switched to %sbranch '%s'", p->make && !p->exists ? "a new " : "",
			vv_text_shows(p->name));
		if (p->upstream) {
			vv_note("it follows '%s'",
				vv_text_shows(p->upstream + strlen("refs/remotes/")));
		}
	} else if (vv_commit_read(p->c->repo, &p->target, &c, &ignored) == VV_OK) {
		const char *subject = vv_commit_subject(&c, &len);

		if (vv_rev_short(p->c->repo, &p->target, &hex, &ignored) == VV_OK) {
			vv_note("HEAD is now at %s %s", hex, vv_text_show(subject, len));
		}
		vv_free(hex);
		vv_commit_clear(&c);
	}
}

static void run_hook(plan *p)
{
	char from[VV_OID_TEXT + 1], to[VV_OID_TEXT + 1];
	const char *args[] = {from, to, "1", NULL};
	vv_error err;
	bool ran;

	vv_oid_text(from, &p->head.commit);
	vv_oid_text(to, &p->target);
	if (vv_hook_run(p->c->repo, "post-checkout", args, &ran, &err) < 0) {
		vv_warn("%s", err.message);
	}
}

/* What will change, before anything does. */
static vv_status note(plan *p, vv_journal **out, const vv_tree_switch *s, vv_error *err)
{
	vv_journal_options o = {.command = "switch", .end = VV_JOURNAL_END_HEAD};
	char hex[VV_OID_TEXT + 1], *ref = p->name ? branch_ref(p->name) : NULL;
	vv_buf what = VV_BUF_INIT;
	vv_journal *j = NULL;
	vv_status rc;

	vv_oid_text(hex, &p->target);
	vv_buf_printf(&what, "the switch to %s%s%s", p->name ? "'" : "",
		      p->name    ? p->name
		      : p->start ? p->start
				 : hex,
		      p->name ? "'" : "");
	if ((p->name && !ref) || vv_buf_ok(&what, err) < 0) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	o.what = what.data;
	if ((rc = vv_journal_open(&j, p->c->repo, &o, err)) < 0 ||
	    (rc = vv_tree_switch_note(s, j, p->o->force, NULL, 0, err)) < 0 ||
	    (rc = vv_journal_head(j, ref, &p->target, err)) < 0 ||
	    (p->make &&
	     (rc = vv_journal_ref(j, ref, p->exists ? &p->old : NULL, &p->target, err)) < 0) ||
	    (p->upstream && (rc = each_upstream_setting(p, note_setting, j, err)) < 0)) {
		goto done;
	}
	rc = vv_journal_ready(j, err);
done:
	*out = j;
	vv_buf_clear(&what);
	vv_free(ref);
	return rc;
}

static vv_status change_files(plan *p, vv_error *err)
{
	vv_checkout checkout = {0};
	vv_tree_switch s = {0};
	vv_journal *j = NULL;
	vv_status rc;

	if ((rc = vv_context_need(p->c, VV_NEEDS_PROGRESS | VV_NEEDS_READER | VV_NEEDS_INDEX,
				  err)) < 0) {
		return rc;
	}
	vv_checkout_init(&checkout, p->c->repo, p->c->reader, p->c->index);
	checkout.pointer_ok = true;
	checkout.fetch = true;
	if ((rc = vv_tree_switch_plan(&s, &checkout, &p->head.commit, &p->target, p->o->force,
				      err)) < 0 ||
	    ((s.count > 0 || p->make) && (rc = note(p, &j, &s, err)) < 0) ||
	    (rc = vv_tree_switch_run(&s, err)) < 0 ||
	    (s.count > 0 && (rc = vv_journal_index(j, p->c->index, err)) < 0) ||
	    (rc = move_head(p, err)) < 0) {
		/* Where HEAD has moved all the same, files and index stay with it. */
		rc = vv_journal_close(j, rc, err);
		goto done;
	}
	(void)vv_journal_close(j, rc, err);
	vv_progress_end();
	if (vv_checkout_note_missing(&checkout)) {
		p->c->code = VV_EXIT_NO;
	}
	if (!p->o->quiet) {
		say_done(p, &s);
	}
	run_hook(p);
done:
	vv_tree_switch_clear(&s);
	vv_checkout_clear(&checkout);
	return rc;
}

static vv_status check_state(plan *p, vv_error *err)
{
	const char *state = vv_state_name(p->c->repo);

	if (*state == '\0' || strcmp(state, "bisect") == 0) return VV_OK;
	vv_fail(err, VV_EREFUSED, "a %s is under way", state);
	return vv_hint(err, "finish it first, or give it up with 'git %s --abort'", state);
}

static int check_switch(const vv_context *c)
{
	const options *o = c->options;
	bool makes = o->create || o->create_force;

	if (c->argc > 1) return vv_usage_error("switch takes one branch, not %d words", c->argc);
	if (o->create && o->create_force) return vv_usage_error("-c and -C do not go together");
	if (o->detach && makes) return vv_usage_error("--detach and -c do not go together");
	return c->argc == 0 && !o->detach && !makes ? vv_usage_error("switch needs a branch")
						    : VV_EXIT_OK;
}

static vv_status run_switch(vv_context *c, vv_error *err)
{
	plan p = {.o = c->options, .c = c};
	vv_status rc;

	if ((rc = check_state(&p, err)) < 0 || (rc = vv_head_read(c->repo, &p.head, err)) < 0 ||
	    (rc = plan_target(&p, c->argc, c->argv, err)) < 0 || (rc = check_free(&p, err)) < 0) {
		goto done;
	}
	if (p.unborn) {
		rc = move_head(&p, err);
		if (rc == VV_OK && !p.o->quiet) {
			vv_note("switched to a new branch '%s'", vv_text_shows(p.name));
		}
		goto done;
	}
	rc = change_files(&p, err);
done:
	vv_head_clear(&p.head);
	vv_free(p.owned);
	vv_free(p.upstream);
	return rc;
}

const vv_command vv_cmd_switch = {
	.name = "switch",
	.group = "history",
	.summary = "switch to another branch",
	.usage = "[-f] BRANCH | -\n-c NAME [START]\n--detach [REV]",
	.example = "$ varve switch -c spring\nswitched to a new branch 'spring'",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "tables were not written, since their blocks cannot be had",
	.arguments = "ref",
	.check = check_switch,
	.needs = VV_NEEDS_RIGHT,
	.run = run_switch,
};
