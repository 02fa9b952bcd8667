/*
 * pre_push: runs as git's pre-push hook. Blocks must be on the other side before the commits that
 * name them; otherwise it stops the push.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/heads/head.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/lfs_hook.h"
#include "lib/remotes/noted.h"
#include "lib/remotes/push_hook.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/transfer.h"
#include "lib/status/lost_tables.h"
#include "lib/sync/fetch_data.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/history.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "repo/git/run_git.h"
#include "repo/git/verb/caller.h"
#include "repo/git/verb/hook.h"
#include "repo/known/incomplete.h"
#include "transport/places/packs/host.h"
#include "transport/protocol/push.h"

typedef struct run {
	vv_repository *repo;
	const char *name, *url;
	vv_buf input;
	vv_push_ref *refs; /* that git is going to move, but deletions */
	size_t count, cap;
	vv_remote to;
	vv_transfer t;
	vv_oid *wants;
	vv_oids haves; /* commits at which the other side was found whole, and now has a ref */
	bool stopped;  /* the rows cannot go there; a peer's refusal is not a reason to bypass it */
	char *blocks_ref; /* that .varveconfig names, or NULL */
} run;

/* --- input from git -------------------------------------------------------------------------- */

static bool is_blocks_ref(const run *r, const char *name, size_t len)
{
	const char *const known[] = {VV_HOST_REF, VV_HOST_BRANCH, r->blocks_ref};

	return vv_array_find(known, sizeof(known) / sizeof(known[0]), it,
			     *it && strlen(*it) == len && memcmp(name, *it, len) == 0) != NULL;
}

/* A ref that others lean on: a push must not take it back. */
static bool only_grows(const run *r, const char *name, size_t len)
{
	return is_blocks_ref(r, name, len) || vv_ref_is_hosts_head(name, len);
}

static vv_status refuse_push(const run *r, const char *what, const char *ref, vv_error *err)
{
	return vv_fail(
		err, VV_EREFUSED,
		"this push would %s %s of %s, which %s\n"
		"'git push --all %s', then 'git push --tags %s' push your branches and tags; "
		"'git push --no-verify' pushes anyway",
		what, vv_text_shows(ref), vv_text_url(r->name),
		vv_ref_is_hosts_head(ref, strlen(ref)) ? "names the newest signed version"
						       : "has the rows of all tables",
		vv_text_word(vv_text_url(r->name)), vv_text_word(vv_text_url(r->name)));
}

static vv_status see_growing_ref(const run *r, const vv_push_ref *ref, vv_error *err)
{
	bool known = false, forward = false, gone = vv_oid_is_null(&ref->id);
	vv_status rc = VV_OK;

	if (vv_oid_is_null(&ref->old)) return VV_OK;
	if (!gone) {
		rc = vv_commits_known(r->repo, &ref->old, 1, &known, err);
	}
	if (rc == VV_OK && known) {
		rc = vv_is_ancestor(r->repo, &ref->old, &ref->id, &forward, err);
	}
	if (rc < 0 || forward) return rc;
	return refuse_push(r, gone ? "delete" : "overwrite", ref->name, err);
}

static vv_status read_blocks_ref(run *r, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_blocks_config config;
	vv_status rc = VV_OK;

	if (vv_head_read(r->repo, &head, VV_IGNORED) == VV_OK && !vv_oid_is_null(&head.commit) &&
	    (rc = vv_blocks_config_read(&config, r->repo, &head.commit, err)) == VV_OK) {
		r->blocks_ref = config.ref ? vv_strdup(config.ref) : NULL;
		rc = config.ref && !r->blocks_ref ? vv_fail_nomem(err) : VV_OK;
		vv_blocks_config_clear(&config);
	}
	return rc;
}

/* "<local ref> <local id> <remote ref> <remote id>", split in place. */
static vv_status add_line(run *r, char *line, vv_error *err)
{
	char *words[4] = {line, NULL, NULL, NULL};
	vv_push_ref ref = {.force = true}; /* git checks fast-forward */

	for (size_t i = 1; i < 4; i++) {
		char *space = strchr(words[i - 1], ' ');
		if (!space) {
			return vv_fail(err, VV_EINPUT,
				       "stdin is not what git passes to a pre-push hook");
		}
		*space = '\0';
		words[i] = space + 1;
	}
	if (!vv_oid_parse(&ref.id, words[1], strlen(words[1])) ||
	    !vv_oid_parse(&ref.old, words[3], strlen(words[3]))) {
		return vv_fail(err, VV_EINPUT, "stdin is not what git passes to a pre-push hook");
	}
	ref.name = words[2];
	if (only_grows(r, ref.name, strlen(ref.name))) {
		vv_status rc = see_growing_ref(r, &ref, err);
		if (rc < 0) return rc;
	}
	if (vv_oid_is_null(&ref.id)) return VV_OK;
	return vv_array_add(r->refs, r->count, r->cap, ref) ? VV_OK : vv_fail_nomem(err);
}

static vv_status read_refs(run *r, vv_error *err)
{
	vv_status rc = VV_OK;

	for (char *line = r->input.data; rc == VV_OK && *line;) {
		char *end = strchr(line, '\n');
		if (end) {
			*end = '\0';
		}
		rc = add_line(r, line, err);
		line = end ? end + 1 : line + strlen(line);
	}
	return rc;
}

/* --- git push --mirror ------------------------------------------------------------------------ */

/* Git does not report deletions in a mirror to the hook: the command line shows them. */
static bool is_mirror(const run *r)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_auto(vv_caller) git = {0};
	bool is = false;

	vv_buf_printf(&key, "remote.%s.mirror", r->name);
	if (vv_config_bool(r->repo, vv_buf_cstr(&key), false, &is, VV_IGNORED) == VV_OK && is) {
		return true;
	}
	vv_caller_find(&git, r->repo);
	return vv_caller_is(&git, "push") && vv_caller_has(&git, "--mirror");
}

/* A mirror deletes refs missing here: clones lack the blocks' ref, and some the signed heads. */
static vv_status see_mirror(const run *r, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT, name = VV_BUF_INIT, word = VV_BUF_INIT;
	vv_ref ref;

	vv_text_put_bare_url(&word, r->url);
	const char *args[] = {"ls-remote", "-q", "--refs", "--", vv_buf_cstr(&word), NULL};
	const vv_git_call call = {
		.args = args, .repo = r->repo, .url = r->url, .exact = true, .output = &out};
	vv_status rc = vv_buf_ok(&word, err);

	rc = rc < 0 ? rc : vv_git_must(&call, vv_text_url(r->url), err);

	for (vv_line l = {.rest = vv_buf_cstr(&out)}; rc == VV_OK && vv_line_next(&l);) {
		const size_t id = strcspn(l.text, "\t\n") + 1;
		if (id < l.len && only_grows(r, l.text + id, l.len - id)) {
			vv_buf_set(&name, l.text + id, l.len - id);
			if (vv_ref_get(r->repo, vv_buf_cstr(&name), &ref, VV_IGNORED) == VV_OK) {
				vv_ref_clear(&ref);
			} else {
				rc = refuse_push(r, "delete", vv_buf_cstr(&name), err);
			}
		}
	}
	return rc;
}

/* --- git push --dry-run ----------------------------------------------------------------------- */

/* Does the next word belong to this option, in whatever it is abbreviated? */
static bool takes_word(const char *option)
{
	static const char *const words[] = {"--push-option", "--repo", "--receive-pack", "--exec"};
	const size_t len = strlen(option);

	if (strcmp(option, "-o") == 0) return true;
	return len > 2 && vv_array_find(words, sizeof(words) / sizeof(words[0]), it,
					strncmp(*it, option, len) == 0) != NULL;
}

/* "-n", "-nv". */
static bool has_n(const char *word)
{
	return word[0] == '-' && word[1] != '-' && strchr(word, 'n') &&
	       word[1 + strspn(word + 1, "nqvfud46")] == '\0';
}

/* Git does not report it to the hook. If the words are in doubt, git is going to push. */
static bool is_dry_run(const run *r)
{
	vv_auto(vv_caller) git = {.words = VV_BUF_INIT};
	bool dry = false;

	vv_caller_find(&git, r->repo);
	if (!vv_caller_is(&git, "push")) return false;
	const char *end = git.words.data + git.words.len;
	for (const char *word = git.words.data; word < end && strcmp(word, "--") != 0;
	     word += strlen(word) + 1) {
		if (takes_word(word)) {
			word += strlen(word) + 1;
			if (word >= end) {
				break;
			}
		} else if (strcmp(word, "--dry-run") == 0 || has_n(word)) {
			dry = true;
		} else if (strncmp(word, "--no-d", 6) == 0) {
			dry = false;
		}
	}
	return dry;
}

/* --- may the other side lack anything? --------------------------------------------------------- */

/* git's destination, which may not be the URL of the name in the settings. */
static vv_status find_place(run *r, vv_error *err)
{
	if (vv_remote_find(&r->to, r->repo, r->name, VV_IGNORED) < 0) {
		r->to = (vv_remote){.url = vv_strdup(r->url)};
		if (!r->to.url) return vv_fail_nomem(err);
	}
	return vv_remote_push_at(&r->to, r->repo, r->url, err);
}

static vv_status count_version(void *payload, const vv_new_root *n, vv_error *err VV_UNUSED)
{
	*(uint64_t *)payload += !n->link && !n->expired;
	return VV_OK;
}

static vv_status count_versions(const run *r, const vv_oids *haves, uint64_t *out, vv_error *err)
{
	*out = 0;
	return vv_new_roots_each(r->repo, r->wants, r->count, haves->items, haves->count,
				 count_version, out, err);
}

/* Ends the search at the first version. */
static vv_status find_version(void *payload, const vv_new_root *n, vv_error *err)
{
	bool *any = payload;

	if (n->link || n->expired) return VV_OK;
	*any = true;
	return vv_fail(err, VV_ECANCELLED, "found");
}

/* Histories without tables are searched only once. Their pushes contact no peer, which would make its folder. */
static vv_status look_for_tables(const run *r, bool *any, vv_error *err)
{
	vv_auto(vv_oids) plain = {0};
	vv_status rc = vv_plain_tips_read(r->repo, &plain, err);

	*any = false;
	rc = rc < 0 ? rc
		    : vv_new_roots_each(r->repo, r->wants, r->count, plain.items, plain.count,
					find_version, any, err);
	if (*any) return VV_OK;
	return rc < 0 ? rc : vv_plain_tips_add(r->repo, r->wants, r->count, err);
}

/* The other side has the rows of a ref's old commit, which git reports, if it was found whole at it. It is contacted about
 * all else. */
static vv_status may_lack(run *r, bool *out, vv_error *err)
{
	vv_auto(vv_noted) noted = {.file = NULL};
	uint64_t versions;
	bool all = true;
	vv_status rc;

	*out = false;
	r->wants = vv_calloc(r->count + 1, sizeof(vv_oid));
	if (!r->wants) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->count; i++) {
		r->wants[i] = r->refs[i].id;
	}
	if ((rc = find_place(r, err)) < 0 ||
	    (rc = vv_transfer_open(&r->t, r->repo, &vv_notes_stderr, false, 0, err)) < 0 ||
	    (rc = vv_noted_read(&noted, &r->t, &r->to, err)) < 0) {
		return rc;
	}
	vv_array_each(r->refs, r->count, ref) {
		if (!vv_noted_has(&noted, &ref->old)) {
			all = false;
		} else if ((rc = vv_oids_add(&r->haves, &ref->old, err)) < 0) {
			return rc;
		}
	}
	if (!all) return look_for_tables(r, out, err);
	rc = count_versions(r, &r->haves, &versions, err);
	*out = versions > 0;
	return rc;
}

/* For errors that a retry or repair solves, pushing without rows does not help. */
static bool is_final(vv_status rc)
{
	return rc == VV_EREFUSED || rc == VV_EMISSING || rc == VV_ENOSUPPORT;
}

/* What a message calls the other side: the remote's name, or where a typed URL leads. */
static const char *place_words(const run *r)
{
	return vv_text_url(r->to.url && !r->to.name ? r->url : r->name);
}

/* --- to the other side ------------------------------------------------------------------------- */

static vv_status stop_push(run *r, vv_error *err)
{
	uint64_t versions = 0;

	r->stopped = is_final(err->code);
	(void)count_versions(r, &r->haves, &versions, VV_IGNORED);
	vv_prefix(err, "%s: the rows of %s %s cannot be sent there with their commits",
		  place_words(r), vv_text_count(versions),
		  versions == 1 ? "version of a table" : "versions of tables");
	return vv_hint(
		err,
		"push to a repository on a machine that has varve: a folder, or a server ('varve "
		"help serve')");
}

/* All but varve's own. */
static size_t keep_users(run *r)
{
	size_t kept = 0;

	vv_array_each(r->refs, r->count, ref) {
		if (strncmp(ref->name, "refs/varve/", 11) != 0 &&
		    !is_blocks_ref(r, ref->name, strlen(ref->name))) {
			r->refs[kept++] = *ref;
		}
	}
	return kept;
}

/* A peer takes blocks for branches and tags: for other refs (refs/for/main) they go under the name of a tag, which is not made. */
static vv_status name_for_peer(vv_push_ref *out, const vv_push_ref *ref, vv_arena *arena,
			       vv_error *err)
{
	*out = *ref;
	if (strncmp(ref->name, "refs/heads/", 11) == 0 ||
	    strncmp(ref->name, "refs/tags/", 10) == 0) {
		return VV_OK;
	}
	*out = (vv_push_ref){.id = ref->id, .force = true};
	out->name = vv_arena_printf(arena, "refs/tags/ahead/%s", vv_oid_shows(&ref->id));
	return out->name ? VV_OK : vv_fail_nomem(err);
}

static vv_status send_ahead(run *r, vv_peer *peer, vv_error *err)
{
	vv_auto(vv_push_outcome) out = {0};
	vv_auto(vv_arena) arena = {0};
	vv_auto_free vv_push_ref *refs = vv_calloc(r->count + 1, sizeof(*refs));
	const vv_push p = {.repo = r->repo,
			   .peer = peer,
			   .refs = refs,
			   .ref_count = r->count,
			   .ahead = true,
			   .progress = r->t.progress};
	vv_status rc = refs ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		rc = name_for_peer(&refs[i], &r->refs[i], &arena, err);
	}
	rc = rc < 0 ? rc : vv_push_run(&p, &out, err);
	vv_transfer_tell_lines(&r->t, &out.said);
	for (size_t i = 0; rc == VV_OK && i < out.answer.count; i++) {
		if (out.answer.refs[i]) {
			rc = vv_fail(err, VV_EREFUSED, "%s: %s", vv_text_shows(r->refs[i].name),
				     vv_text_shows(out.answer.refs[i]));
		}
	}
	if (rc == VV_OK && out.sum.blocks > 0) {
		vv_note("varve: sent the rows of %s %s to %s", vv_text_count(out.sum.datasets),
			out.sum.datasets == 1 ? "version of a table" : "versions of tables",
			place_words(r));
	}
	return rc < 0 || out.sum.absent > 0 ? rc
					    : vv_noted_add(&r->t, &r->to, r->wants, r->count, err);
}

/* A Git host without varve keeps them in a ref. host NULL: a peer, which others reach by a plain URL. */
static vv_status send_to_host(run *r, vv_git_host *host, vv_error *err)
{
	vv_auto_free vv_blocks_ref *refs = vv_calloc(r->count + 1, sizeof(*refs));
	vv_host_sum sum;
	bool branch_first = false;
	vv_status rc = VV_OK;

	if (!refs) {
		rc = vv_fail_nomem(err);
	} else if (host) {
		rc = vv_git_host_wants_branch_first(host, &branch_first, err);
	}

	if (rc == VV_OK && branch_first) {
		rc = vv_fail(
			err, VV_EUSAGE,
			"the remote is empty, and would choose varve's blocks as its default branch\n"
			"let varve do the first push: varve push -u %s %s",
			vv_text_word(vv_text_url(r->name)), vv_text_word(r->refs[0].name));
	}

	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		refs[i] = (vv_blocks_ref){r->refs[i].name, r->refs[i].id};
	}
	const vv_git_sending what = {.refs = refs, .count = r->count};
	if (rc == VV_OK) {
		rc = host ? vv_git_host_send(host, &what, &sum, err)
			  : vv_reach_send_beside(&r->t, &r->to, refs, r->count, &sum, err);
	}
	if (rc < 0) return stop_push(r, err);
	if (sum.blocks > 0) {
		vv_note("varve: sent the rows of %s %s to %s", vv_text_count(sum.versions),
			sum.versions == 1 ? "version of a table" : "versions of tables",
			place_words(r));
	}
	return host ? vv_noted_add(&r->t, &r->to, r->wants, r->count, err) : VV_OK;
}

static vv_status send_rows(run *r, vv_error *err)
{
	vv_auto(vv_reached) there = {0};
	vv_status rc = vv_reach(&there, &r->t, &r->to, true, err);

	if (rc < 0) return stop_push(r, err);
	if (there.host) return send_to_host(r, there.host, err);
	if (!there.hello->writable) {
		vv_fail(err, VV_EREFUSED, "it accepts no rows from you\nask its owner");
		return stop_push(r, err);
	}
	rc = send_ahead(r, there.peer, err);
	return rc < 0 ? rc : send_to_host(r, NULL, err);
}

/* First what is new to its refs. A store that was named after the refs had moved lacks more than that. */
static vv_status fetch_lacking_and_send(run *r, vv_error *err)
{
	vv_fetch_data f = {.repo = r->repo, .tips = r->wants, .tip_count = r->count};
	vv_auto(vv_oids) there = {0};
	vv_status rc = VV_OK;

	vv_array_each(r->refs, r->count, ref) {
		bool known = false;

		if (!vv_oid_is_null(&ref->old) &&
		    vv_commits_known(r->repo, &ref->old, 1, &known, VV_IGNORED) == VV_OK && known &&
		    (rc = vv_oids_add(&there, &ref->old, err)) < 0) {
			return rc;
		}
	}
	f.there = there.items;
	f.there_count = there.count;
	for (int round = 0; round < 2; round++) {
		rc = vv_fetch_data_for_push(&f, &vv_notes_stderr, err);
		r->stopped = is_final(rc);
		rc = rc < 0 ? rc : send_rows(r, err);
		if (rc != VV_EMISSING || f.there_count == 0) return rc;
		f.there_count = 0;
	}
	return rc;
}

static vv_status pre_push(run *r, vv_context *c, vv_error *err)
{
	const char *args[] = {r->name, r->url, NULL};
	const char *caller = getenv("VARVE_HOOK");
	bool ran, wanted, again, lacks;
	vv_status rc;

	/* an earlier hook that calls varve's, like pre-commit's: the outer one already works */
	if (caller && strcmp(caller, "pre-push" VV_PUSH_HOOK_EARLIER) == 0) return VV_OK;
	if ((rc = vv_read_rest(&r->input, STDIN_FILENO, "standard input", SIZE_MAX, err)) < 0 ||
	    (rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err)) < 0) {
		return rc;
	}
	r->repo = c->repo;
	if ((rc = vv_config_bool(r->repo, "varve.prepush", true, &wanted, err)) < 0) return rc;
	if ((rc = vv_push_hook_is_earlier(&again, r->repo, err)) < 0 ||
	    (!again && (rc = vv_hook_run_with(r->repo, "pre-push" VV_PUSH_HOOK_EARLIER, args,
					      r->input.data, r->input.len, &ran, err)) < 0) ||
	    (rc = vv_lfs_hook_run(r->repo, "pre-push" VV_PUSH_HOOK_EARLIER, args, r->input.data,
				  r->input.len, err)) < 0 ||
	    !wanted || (rc = read_blocks_ref(r, err)) < 0 || (rc = read_refs(r, err)) < 0 ||
	    (is_mirror(r) && (rc = see_mirror(r, err)) < 0)) {
		return rc;
	}
	if (r->count > 0 && (rc = vv_lost_tables_warn(r->repo, &vv_notes_stderr, err)) < 0) {
		return rc;
	}
	/* 'varve push' sends blocks itself, and runs the hook as git does. */
	if ((caller && strcmp(caller, "pre-push") == 0) || (r->count = keep_users(r)) == 0 ||
	    is_dry_run(r) || (rc = may_lack(r, &lacks, err)) < 0 || !lacks) {
		return rc;
	}
	rc = send_rows(r, err);
	return rc == VV_EMISSING ? fetch_lacking_and_send(r, err) : rc;
}

/* On any error git must not push. */
static vv_status run_pre_push(vv_context *c, vv_error *err)
{
	run r = {.input = VV_BUF_INIT, .name = c->argv[0], .url = c->argv[1]};

	if (pre_push(&r, c, err) < 0) {
		vv_report(err);
		if (r.stopped) {
			vv_note("hint: 'git push --no-verify' pushes the commits without the rows");
		}
		c->code = VV_EXIT_NO;
	}
	vv_transfer_close(&r.t);
	vv_remote_clear(&r.to);
	vv_buf_clear(&r.input);
	vv_oids_clear(&r.haves);
	vv_free_all(r.blocks_ref, r.refs, r.wants);
	return VV_OK;
}

const vv_command vv_cmd_pre_push = {
	.name = "pre-push",
	.group = "care",
	.summary =
		"called by git's pre-push hook: it sends the rows of tables before their commits",
	.usage = "NAME URL",
	.example = "$ varve pre-push \"$@\"",
	.exit_codes = "git must not push",
	.arguments = "ref",
	.hidden = true,
	.takes = "NAME and URL; git's hook calls it",
	.least = 2,
	.most = 2,
	.run = run_pre_push,
};
