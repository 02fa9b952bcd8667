/*
 * branch: list, make, delete and rename branches.
 */
#include <string.h>

#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "repo/git/config.h"
#include "repo/git/history/branch.h"
#include "repo/git/history/history.h"
#include "repo/git/ref_name.h"

typedef struct options {
	bool all, remotes, remove, remove_force, rename, rename_force, force, current,
		unset_upstream, quiet, list;
	unsigned verbose;
	const char *upstream, *format;
} options;

static const vv_option table[] = {
	OPT_FLAG('a', "all", all, "list remote branches too"),
	OPT_FLAG('r', "remotes", remotes, "list only remote branches"),
	OPT_COUNT('v', "verbose", verbose,
		  "also show commit, subject and distance to the upstream; twice: also its name"),
	OPT_FLAG('l', "list", list, "list the branches, as without arguments"),
	OPT_JSON("the output format"),
	OPT_FLAG(0, "show-current", current, "print the current branch"),
	OPT_FLAG('d', "delete", remove, "delete branches that are merged"),
	OPT_FLAG('D', NULL, remove_force, "delete branches, merged or not"),
	OPT_FLAG('m', "move", rename, "rename a branch (default: the current one)"),
	OPT_FLAG('M', NULL, rename_force, "the same, even if the new name exists"),
	OPT_FLAG('f', "force", force, "move an existing branch"),
	OPT_STRING('u', "set-upstream-to", upstream, "REMOTE/BRANCH",
		   "set the branch that this one follows"),
	OPT_FLAG(0, "unset-upstream", unset_upstream, "stop following another branch"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static char *joined(const char *a, const char *b, const char *c)
{
	vv_buf buf = VV_BUF_INIT;

	vv_buf_puts(&buf, a);
	vv_buf_puts(&buf, b);
	vv_buf_puts(&buf, c);
	return vv_buf_detach(&buf);
}

static const char *short_name(const char *ref)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/remotes/"};

	for (size_t i = 0; i < 2; i++) {
		if (strncmp(ref, prefixes[i], strlen(prefixes[i])) == 0) {
			return ref + strlen(prefixes[i]);
		}
	}
	return ref;
}

typedef struct listing {
	const options *o;
	vv_repository *repo;
	vv_head head;
	size_t widest;
	bool measure; /* first pass: only widths */
	vv_buf json;
	vv_json_out w;
} listing;

static void print_upstream(const listing *l, const char *upstream, uint64_t ahead, uint64_t behind,
			   bool gone)
{
	if (!gone && ahead == 0 && behind == 0 && l->o->verbose < 2) return;
	vv_out("[");
	if (l->o->verbose > 1) {
		vv_out("%s%s%s", vv_color_on(VV_BLUE), vv_text_shows(short_name(upstream)),
		       vv_color_off());
	}
	if (gone || ahead || behind) {
		vv_out("%s", l->o->verbose > 1 ? ": " : "");
	}
	if (gone) {
		vv_out("gone");
	}
	if (ahead) {
		vv_out("ahead %llu%s", (unsigned long long)ahead, behind ? ", " : "");
	}
	if (behind) {
		vv_out("behind %llu", (unsigned long long)behind);
	}
	vv_out("] ");
}

static vv_status print_details(const listing *l, const vv_ref *ref, vv_error *err)
{
	vv_auto(char) *upstream = NULL, *hex = NULL;
	uint64_t ahead = 0, behind = 0;
	const char *subject;
	vv_auto(vv_commit) c = {0};
	vv_status rc, has = VV_ENOTFOUND;
	size_t len;

	if ((rc = vv_commit_read(l->repo, &ref->commit, &c, err)) < 0) return rc;
	if ((rc = vv_rev_short(l->repo, &ref->commit, &hex, err)) == VV_OK) {
		if (strncmp(ref->name, "refs/heads/", 11) == 0) {
			has = vv_branch_upstream(l->repo, ref->name, &upstream, &ahead, &behind,
						 VV_IGNORED);
		}
		for (size_t n = vv_text_width(short_name(ref->name), strlen(short_name(ref->name)));
		     n < l->widest; n++) {
			vv_out(" ");
		}
		vv_out(" %s ", hex);
		if ((has == VV_OK || has == VV_EMISSING) && upstream) {
			print_upstream(l, upstream, ahead, behind, has == VV_EMISSING);
		}
		subject = vv_commit_subject(&c, &len);
		vv_out_text(subject, len);
	}
	return rc;
}

static vv_status list_json(listing *l, const vv_ref *ref, bool current, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];
	vv_auto(char) *upstream = NULL;
	uint64_t ahead = 0, behind = 0;
	bool local = strncmp(ref->name, "refs/heads/", 11) == 0;

	vv_json_open_object(&l->w);
	vv_json_add_string(&l->w, "name", short_name(ref->name));
	vv_json_add_bool(&l->w, "remote", !local);
	vv_json_add_bool(&l->w, "current", current);
	vv_json_name(&l->w, "commit");
	vv_oid_text(hex, &ref->commit);
	vv_json_string(&l->w, hex);
	if (local && vv_branch_upstream(l->repo, ref->name, &upstream, &ahead, &behind,
					VV_IGNORED) == VV_OK) {
		vv_json_add_string(&l->w, "upstream", short_name(upstream));
		vv_json_add_u64(&l->w, "ahead", ahead);
		vv_json_add_u64(&l->w, "behind", behind);
	}
	vv_json_close_object(&l->w);
	return vv_buf_ok(&l->json, err);
}

static vv_status list_one(void *payload, const vv_ref *ref, vv_error *err)
{
	listing *l = payload;
	bool local = strncmp(ref->name, "refs/heads/", 11) == 0;
	bool remote = strncmp(ref->name, "refs/remotes/", 13) == 0;
	bool current = l->head.branch && strcmp(l->head.branch, ref->name) == 0;
	const char *name = short_name(ref->name);
	vv_status rc = VV_OK;

	if (!(local && !l->o->remotes) && !(remote && (l->o->all || l->o->remotes))) return VV_OK;
	if (l->measure) {
		size_t n = vv_text_width(name, strlen(name));

		l->widest = n > l->widest ? n : l->widest;
		return VV_OK;
	}
	if (vv_wants_json(l->o->format)) return list_json(l, ref, current, err);
	vv_out("%s%s", current ? "* " : "  ",
	       vv_color_on(current  ? VV_GREEN
			   : remote ? VV_RED
				    : VV_PLAIN));
	vv_out("%s", remote && l->o->all ? "remotes/" : "");
	vv_out_text(name, strlen(name));
	vv_out("%s", vv_color_off());
	if (ref->symbolic) {
		vv_out(" -> %s", vv_text_shows(short_name(ref->symbolic)));
	} else if (l->o->verbose) {
		rc = print_details(l, ref, err);
	}
	vv_out("\n");
	return rc;
}

static vv_status list_branches(const options *o, vv_repository *r, vv_error *err)
{
	vv_status rc;
	vv_auto(char) *hex = NULL;
	bool json = vv_wants_json(o->format);

	listing l = {.o = o, .repo = r};
	vv_buf_init(&l.json);
	vv_json_out_init(&l.w, &l.json, 2);
	if ((rc = vv_head_read(r, &l.head, err)) < 0) return rc;
	if (json) {
		vv_json_open_array(&l.w);
	} else if (l.head.detached && !o->remotes &&
		   (rc = vv_rev_short(r, &l.head.commit, &hex, err)) == VV_OK) {
		vv_out("* %s(HEAD detached at %s)%s\n", vv_color_on(VV_GREEN), hex, vv_color_off());
	}
	l.measure = true;
	if (rc == VV_OK && (rc = vv_refs_each(r, "refs/", list_one, &l, err)) == VV_OK) {
		l.measure = false;
		rc = vv_refs_each(r, "refs/", list_one, &l, err);
	}
	if (json && rc == VV_OK) {
		vv_json_close_array(&l.w);
		vv_out_bytes(vv_buf_cstr(&l.json), l.json.len);
		vv_out("\n");
	}
	vv_buf_clear(&l.json);
	vv_head_clear(&l.head);
	return rc;
}

static vv_status current_name(vv_repository *r, char **out, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*out = NULL;
	if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
	if (!head.branch) {
		rc = vv_fail(err, VV_EUSAGE, "HEAD is on no branch");
		vv_hint(err, "name the branch that you mean");
	} else if (!(*out = vv_strdup(short_name(head.branch)))) {
		rc = vv_fail_nomem(err);
	}
	return rc;
}

static vv_status create(const options *o, vv_repository *r, const char *name, const char *start,
			vv_error *err)
{
	vv_auto(char) *ref_name = joined("refs/heads/", name, ""),
		      *reason = joined("branch: Created from ", start, "");
	vv_auto(char) *where = NULL;
	vv_ref ref;
	vv_oid id, old;
	bool exists = false;
	vv_status rc;

	if (!ref_name || !reason) return vv_fail_nomem(err);
	if ((rc = vv_ref_name_check(name, err)) < 0 ||
	    (rc = vv_rev_commit(r, start, &id, err)) < 0) {
		return rc;
	}
	if (vv_ref_get(r, ref_name, &ref, VV_IGNORED) == VV_OK) {
		exists = true;
		old = ref.id;
		vv_ref_clear(&ref);
	}
	if (exists && !o->force) {
		rc = vv_fail(err, VV_EEXISTS, "there is a branch '%s' already",
			     vv_text_shows(name));
		vv_hint(err, "-f moves it");
		return rc;
	}
	if (exists && (rc = vv_branch_checked_out(r, ref_name, &where, err)) == VV_OK && where) {
		rc = vv_fail(err, VV_EREFUSED, "branch '%s' is checked out in '%s'",
			     vv_text_shows(name), vv_text_shows(where));
	}
	if (rc == VV_OK) {
		rc = vv_ref_update(r, ref_name, &id, exists ? &old : NULL, exists, reason, err);
	}
	return rc;
}

/* Is all of it in its upstream, or, where it has none, in HEAD? */
static vv_status check_merged(vv_repository *r, const char *ref_name, const vv_ref *ref,
			      vv_error *err)
{
	vv_auto(char) *upstream = NULL;
	uint64_t ahead, behind;
	vv_oid into;
	bool merged = false;
	vv_status rc;

	if (vv_branch_upstream(r, ref_name, &upstream, &ahead, &behind, VV_IGNORED) == VV_OK) {
		merged = ahead == 0;
	}
	if (!merged && vv_rev_commit(r, "HEAD", &into, VV_IGNORED) == VV_OK) {
		if ((rc = vv_is_ancestor(r, &ref->commit, &into, &merged, err)) < 0) return rc;
	}
	if (merged) return VV_OK;
	vv_fail(err, VV_EREFUSED, "branch '%s' is not merged into the current branch",
		vv_text_shows(short_name(ref_name)));
	return vv_hint(err, "'varve branch -D %s' deletes it all the same",
		       vv_text_shows(short_name(ref_name)));
}

/* The settings of a branch go with it. Names are collected first: they change under us. */
typedef struct settings {
	vv_repository *repo;
	const char *prefix;
	bool only_upstream;
	char *names[64];
	size_t count;
} settings;

static vv_status collect_setting(void *payload, const char *name, const char *value VV_UNUSED,
				 const char *level, vv_error *err)
{
	settings *s = payload;
	const char *key = name + strlen(s->prefix);

	if (strcmp(level, "local") != 0 || strncmp(name, s->prefix, strlen(s->prefix)) != 0 ||
	    strchr(key, '.') ||
	    (s->only_upstream && strcmp(key, "remote") != 0 && strcmp(key, "merge") != 0)) {
		return VV_OK;
	}
	if (s->count < sizeof(s->names) / sizeof(s->names[0])) {
		s->names[s->count] = vv_strdup(name);
		if (!s->names[s->count]) return vv_fail_nomem(err);
		s->count++;
	}
	return VV_OK;
}

static vv_status forget_settings(vv_repository *r, const char *branch, bool only_upstream,
				 vv_error *err)
{
	vv_auto(char) *prefix = joined("branch.", branch, ".");

	settings s = {.repo = r, .prefix = prefix, .only_upstream = only_upstream};
	if (!prefix) return vv_fail_nomem(err);
	vv_status rc = vv_config_each(r, prefix, collect_setting, &s, err);
	for (size_t i = 0; i < s.count; i++) {
		if (rc == VV_OK) {
			rc = vv_config_set(r, s.names[i], NULL, err);
		}
		vv_free(s.names[i]);
	}
	return rc;
}

static vv_status delete_one(const options *o, vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *ref_name = joined(o->remotes ? "refs/remotes/" : "refs/heads/", name, ""),
		      *where = NULL, *hex = NULL;
	vv_auto(vv_ref) ref = {0};

	if (!ref_name) return vv_fail_nomem(err);
	vv_status rc = vv_ref_get(r, ref_name, &ref, err);
	if (rc < 0) {
		return rc == VV_ENOTFOUND
			       ? vv_fail(err, rc, "there is no branch '%s'", vv_text_shows(name))
			       : rc;
	}
	if (!o->remotes && ((rc = vv_branch_checked_out(r, ref_name, &where, err)) < 0 || where)) {
		if (where) {
			rc = vv_fail(err, VV_EREFUSED, "branch '%s' is checked out in '%s'",
				     vv_text_shows(name), vv_text_shows(where));
			vv_hint(err, "switch to another branch there first");
		}
		return rc;
	}
	if ((!o->remove_force && !o->force && !o->remotes &&
	     (rc = check_merged(r, ref_name, &ref, err)) < 0) ||
	    (rc = vv_rev_short(r, &ref.id, &hex, err)) < 0 ||
	    (rc = vv_ref_delete(r, ref_name, &ref.id, err)) < 0) {
		return rc;
	}
	if (!o->quiet) {
		vv_out("deleted branch %s (was %s)\n", vv_text_shows(name), hex);
	}
	return o->remotes ? VV_OK : forget_settings(r, name, false, err);
}

/* REMOTE/BRANCH, or a local branch to follow. */
static vv_status set_upstream(vv_repository *r, const char *branch, const char *upstream,
			      vv_error *err)
{
	vv_auto(char) *remote_ref = joined("refs/remotes/", upstream, ""),
		      *local_ref = joined("refs/heads/", upstream, "");
	vv_auto(char) *branch_ref = joined("refs/heads/", branch, "");
	vv_auto(char) *remote = NULL, *merge = NULL;
	const char *slash = strchr(upstream, '/');
	vv_auto(vv_ref) ref = {0};
	vv_status rc;

	if (!remote_ref || !local_ref || !branch_ref) return vv_fail_nomem(err);
	if (slash && vv_ref_get(r, remote_ref, &ref, VV_IGNORED) == VV_OK) {
		remote = vv_strndup(upstream, (size_t)(slash - upstream));
		merge = joined("refs/heads/", slash + 1, "");
	} else if (vv_ref_get(r, local_ref, &ref, VV_IGNORED) == VV_OK) {
		remote = vv_strdup(".");
		merge = vv_strdup(local_ref);
	} else {
		rc = vv_fail(err, VV_ENOTFOUND, "there is no branch '%s' to follow",
			     vv_text_shows(upstream));
		vv_hint(err, "'varve branch -r' lists the remote branches");
		return rc;
	}
	return remote && merge ? vv_branch_follow(r, branch_ref, remote, merge, err)
			       : vv_fail_nomem(err);
}

static vv_status need_branch(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *ref_name = joined("refs/heads/", name, "");
	vv_head head;
	vv_ref ref;
	vv_status rc;

	if (!ref_name) return vv_fail_nomem(err);
	if (vv_ref_get(r, ref_name, &ref, VV_IGNORED) == VV_OK) {
		vv_ref_clear(&ref);
		rc = VV_OK;
	} else if ((rc = vv_head_read(r, &head, err)) == VV_OK) {
		if (!head.branch ||
		    strcmp(head.branch, ref_name) != 0) { /* an unborn current branch is fine */
			rc = vv_fail(err, VV_ENOTFOUND, "there is no branch '%s'",
				     vv_text_shows(name));
		}
		vv_head_clear(&head);
	}
	return rc;
}

static vv_status rename_branch(const options *o, vv_repository *r, int argc, char **argv,
			       vv_error *err)
{
	vv_auto(char) *current = NULL;
	vv_status rc = VV_OK;

	if (argc < 2) {
		rc = current_name(r, &current, err);
	}
	if (rc == VV_OK) {
		rc = vv_branch_rename(r, argc < 2 ? current : argv[0], argv[argc - 1],
				      o->rename_force || o->force, err);
	}
	return rc;
}

static vv_status upstream_of(const options *o, vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *current = NULL;
	vv_status rc = VV_OK;

	if (!name) {
		rc = current_name(r, &current, err);
		name = current;
	}
	if (rc == VV_OK && (rc = need_branch(r, name, err)) == VV_OK) {
		if (o->unset_upstream) {
			rc = forget_settings(r, name, true, err);
		} else if ((rc = set_upstream(r, name, o->upstream, err)) == VV_OK && !o->quiet) {
			vv_note("branch '%s' now follows '%s'", vv_text_shows(name),
				vv_text_shows(o->upstream));
		}
	}
	return rc;
}

static vv_status show_current(vv_repository *r, vv_error *err)
{
	vv_head head;
	vv_status rc;

	if ((rc = vv_head_read(r, &head, err)) == VV_OK) {
		if (head.branch) {
			vv_out_text(short_name(head.branch), strlen(short_name(head.branch)));
			vv_out("\n");
		}
		vv_head_clear(&head);
	}
	return rc;
}

static int check_branch(const vv_context *c)
{
	const options *o = c->options;
	int argc = c->argc;
	int modes = (o->remove || o->remove_force) + (o->rename || o->rename_force) + o->current +
		    (o->upstream || o->unset_upstream);

	if (modes > 1) {
		return vv_usage_error(
			"only one of -d, -m, -u and --show-current can be done at once");
	}
	if ((o->remove || o->remove_force) && argc == 0) {
		return vv_usage_error("which branch should be deleted?");
	}
	if ((o->rename || o->rename_force) && (argc == 0 || argc > 2)) {
		return vv_usage_error("-m takes [OLD] NEW");
	}
	if (o->list && argc > 0) {
		return vv_usage_error(
			"branch --list takes no pattern; 'git branch --list' works here with one");
	}
	if (modes == 0 && argc > 2) {
		return vv_usage_error("branch takes NAME [START], not %d words", argc);
	}
	if ((o->upstream || o->unset_upstream) && argc > 1) {
		return vv_usage_error("-u takes one branch, not %d", argc);
	}
	return vv_check_json(vv_wants_json(o->format), o->list || (modes == 0 && argc == 0),
			     "branch --json");
}

static vv_status run_branch(vv_context *c, vv_error *err)
{
	options *o = c->options;
	vv_repository *repo = c->repo;
	char **argv = c->argv;
	vv_status rc = VV_OK;

	if (o->current) return show_current(repo, err);
	if (o->remove || o->remove_force) {
		for (int i = 0; rc == VV_OK && i < c->argc; i++) {
			rc = delete_one(o, repo, argv[i], err);
		}
		return rc;
	}
	if (o->rename || o->rename_force) return rename_branch(o, repo, c->argc, argv, err);
	if (o->upstream || o->unset_upstream) {
		return upstream_of(o, repo, c->argc > 0 ? argv[0] : NULL, err);
	}
	return c->argc > 0 ? create(o, repo, argv[0], c->argc > 1 ? argv[1] : "HEAD", err)
			   : list_branches(o, repo, err);
}

const vv_command vv_cmd_branch = {
	.name = "branch",
	.group = "history",
	.summary = "list, make, delete and rename branches",
	.usage = "[-a | -r] [-v] [--json]\n"
		 "[-f] NAME [START]\n"
		 "-d|-D NAME...\n"
		 "-m [OLD] NEW\n"
		 "-u REMOTE/BRANCH [NAME]\n"
		 "--show-current",
	.example = "$ varve branch spring v1\n"
		   "$ varve branch -v\n"
		   "* main   4be1f02 March prices\n"
		   "  spring 91c07aa February prices",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.check = check_branch,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_branch,
};
