/*
 * clone: the order of things in a clone, and what one that failed leaves.
 */
#include "lib/clone/clone.h"

#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/clone/first_files.h"
#include "lib/heads/seen.h"
#include "lib/heads/shown_refs.h"
#include "lib/remotes/push_hook.h"
#include "lib/remotes/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/config.h"
#include "repo/git/history/history.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "repo/git/repository_init.h"
#include "repo/git/run_git.h"
#include "repo/known/incoming.h"
#include "transport/line/url.h"
#include "transport/protocol/connect.h"

void vv_clone_job_clear(vv_clone_job *j)
{
	vv_fetch_job_clear(&j->fetch);
	vv_repository_close(j->repo);
	vv_unfinished_clear(&j->unfinished);
	vv_free_all(j->absolute, j->folder, j->one, j->set_origin);
	vv_named_clear(&j->named);
}

static const char *remote_name(const vv_clone_job *j)
{
	if (j->origin) return j->origin;
	return j->set_origin ? j->set_origin : "origin";
}

static bool is_ipfs(const vv_clone_job *j)
{
	return strncmp(j->url, "ipfs://", 7) == 0 || strncmp(j->url, "ipns://", 7) == 0;
}

/* Whom a name means. The fetch finds out where copies are. */
static vv_status look_named(vv_clone_job *j, vv_error *err)
{
	j->by_name = vv_named_is(j->url, strlen(j->url));
	return j->by_name ? vv_named_find(&j->named, j->url, err) : VV_OK;
}

vv_status vv_clone_folder_name(char **out, const char *name, vv_error *err)
{
	const char *end = name + strlen(name);

	while (end > name + 1 && end[-1] == '/') {
		end--;
	}
	if (end - name > 5 && strncmp(end - 5, "/.git", 5) == 0) {
		end -= 5;
	}
	const char *start = end;
	while (start > name && start[-1] != '/' && start[-1] != ':') {
		start--;
	}
	if (end - start > 4 && strncmp(end - 4, ".git", 4) == 0) {
		end -= 4;
	}
	if (end == start || (end - start == 1 && *start == '.') ||
	    strncmp(start, "..", (size_t)(end - start)) == 0) {
		return vv_fail(err, VV_EUSAGE,
			       "cannot derive a folder name from '%s'\nname a folder after the URL",
			       vv_text_url(name));
	}
	*out = vv_strndup(start, (size_t)(end - start));
	return vv_alloc_ok(*out, err);
}

static vv_status name_folder(vv_clone_job *j, vv_error *err)
{
	vv_auto(char) *name = NULL;
	vv_status rc = vv_clone_folder_name(&name, j->by_name ? j->named.name : j->url, err);

	if (rc < 0) return rc;
	j->folder = vv_asprintf("%s%s", name, j->bare ? ".git" : "");
	return vv_alloc_ok(j->folder, err);
}

/* A setting of the user's, or the node of this machine. */
static vv_status on_gateway(void *payload, const char *name VV_UNUSED, const char *value,
			    const char *level VV_UNUSED, vv_error *err)
{
	char **gateway = payload;

	if (!value || *gateway || !vv_named_is_gateway(value)) return VV_OK;
	return vv_text_set(gateway, value, err);
}

/* ipfs://CID and ipns://NAME are read from a gateway. */
static vv_status find_gateway(vv_clone_job *j, vv_error *err)
{
	vv_auto(char) *gateway = NULL;
	vv_status rc;

	if (!is_ipfs(j)) return VV_OK;
	vv_array_each(j->from.items, j->from.count, it) {
		(void)on_gateway(&gateway, NULL, *it, NULL, VV_IGNORED);
	}
	if ((rc = vv_config_each(j->repo, "varve.mirror", on_gateway, &gateway, err)) < 0) {
		return rc;
	}
	const char *http = gateway ? gateway + strlen("ipfs+") : "http://127.0.0.1:8080";
	const size_t len = strlen(http);
	j->absolute = vv_asprintf("%.*s/%.4s/%s", (int)(len - (http[len - 1] == '/')), http, j->url,
				  j->url + strlen("ipfs://"));
	j->url = j->absolute;
	return vv_alloc_ok(j->absolute, err);
}

/* The content of a CID never changes: later fetches use its head's name, there and at the gateway. */
static vv_status follow_name(vv_clone_job *j, vv_error *err)
{
	const char *const at = strstr(j->url, "/ipfs/");
	vv_auto(char) *key = vv_remote_key(remote_name(j), VV_NAMED_SETTING),
		      *peers = vv_remote_key(remote_name(j), "peers"), *name = NULL,
		      *gateway = NULL;
	vv_trust trust;
	vv_status rc = vv_trust_read(&trust, j->repo, err);

	if (rc < 0 || !at || j->bare || strncmp(j->url, "http", 4) != 0 || !trust.known) {
		return rc; /* a bare one may be a cache of that CID */
	}
	name = vv_asprintf("%s/%s", vv_did_key_shows(trust.owner), trust.name);
	gateway = vv_asprintf("ipfs+%.*s", (int)(at - j->url), j->url);
	if (!key || !peers || !name || !gateway) return vv_fail_nomem(err);
	rc = vv_config_set(j->repo, key, name, err);
	return rc < 0 ? rc : vv_config_add(j->repo, peers, gateway, err);
}

/* The URL as the clone has it: a relative path means another folder there. */
static vv_status make_absolute(char **out, const char *url, vv_error *err)
{
	vv_auto(vv_url) u = {0};
	char cwd[4096];
	vv_status rc = vv_url_read(&u, url, err);

	*out = NULL;
	if (rc < 0) return rc;
	if (u.kind != VV_URL_PATH || vv_path_is_absolute(url) || strncmp(url, "file:", 5) == 0) {
		*out = vv_strdup(url);
	} else if (!getcwd(cwd, sizeof(cwd))) {
		return vv_fail_errno(err, "cannot find the current folder", NULL);
	} else {
		*out = vv_asprintf("%s/%s", cwd, url);
	}
	return vv_alloc_ok(*out, err);
}

static vv_status fix_url(vv_clone_job *j, vv_error *err)
{
	vv_auto(vv_url) u = {0};

	if (j->by_name || is_ipfs(j)) return VV_OK;
	vv_status rc = vv_url_read(&u, j->url, err);

	if (rc == VV_OK && u.kind == VV_URL_PATH && j->from.count == 0 &&
	    !vv_connect_finds(u.path)) {
		return vv_fail(err, VV_ENOTFOUND,
			       "no such folder '%s'\nURLs begin with https:// or ssh://; a name is "
			       "KEY/NAME or dns:DOMAIN",
			       vv_text_url(j->url));
	}
	if (rc < 0 || (rc = make_absolute(&j->absolute, j->url, err)) < 0) return rc;
	j->url = j->absolute;
	return VV_OK;
}

/* The default branch of a remote: that of its newest signed head, or else HEAD's. */
static vv_status find_default(vv_buf *out, vv_clone_job *j, const vv_reached *there,
			      const char *url, vv_error *err)
{
	vv_auto(vv_heads_seen) seen = {.any = false};
	vv_status rc = vv_heads_see(&seen, j->repo, there, url,
				    j->by_name ? VV_HEADS_COPY : VV_HEADS_REMOTE, NULL, err);

	if (rc < 0) return rc;
	if (seen.judged.has_newest && !j->allow_unsigned) {
		vv_head_commit_put_branch(out, &seen.judged.newest);
	} else if (there->hello->head) {
		vv_buf_puts(out, there->hello->head);
	}
	return vv_buf_ok(out, err);
}

/* Sets j->one. VV_EIO, VV_ENOTFOUND: the remote does not answer, or has no default branch. */
static vv_status ask_default(vv_clone_job *j, vv_transfer *t, const vv_remote *m, vv_error *err)
{
	vv_auto(vv_reached) there = {0};
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_status rc = vv_reach(&there, t, m, false, err);

	if (rc < 0 || (rc = find_default(&name, j, &there, m->url, err)) < 0) return rc;
	if (name.len > 0 && strncmp(name.data, "refs/heads/", 11) == 0) {
		return vv_text_set(&j->one, name.data + 11, err);
	}
	return vv_fail(err, VV_ENOTFOUND,
		       "the remote's HEAD is not on a branch\nspecify one with --branch");
}

/* --single-branch without a branch: the other side's default; if it does not answer, or is a name, that of the peers of
 * --from and of the name, as for the history. */
static vv_status choose_single(vv_clone_job *j, vv_error *err)
{
	const vv_remote m = {.url = (char *)(uintptr_t)j->url,
			     .program = (char *)(uintptr_t)j->program,
			     .kind = j->git_host ? (char *)(uintptr_t) "git" : NULL};
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_named) places = {.mirrors = VV_BUF_INIT};
	const char *place = NULL;
	vv_status rc;

	if (j->branch) return vv_text_set(&j->one, j->branch, err);
	if ((rc = vv_transfer_open(&t, j->repo, j->notes, j->quiet, j->idle_sec, err)) < 0) {
		return rc;
	}
	if (j->by_name) {
		(void)vv_named_mirrors(&places, j->repo, j->url, NULL, VV_IGNORED);
		rc = vv_fail(
			err, VV_ENOTFOUND,
			"no known copy of '%s' answers\nname the branch with --branch, and a copy "
			"with --from URL",
			vv_text_url(j->url));
	} else {
		rc = ask_default(j, &t, &m, err);
	}
	vv_array_each(j->from.items, j->from.count, it) {
		vv_named_add(&places, *it);
	}
	while ((rc == VV_EIO || rc == VV_ENOTFOUND || rc == VV_EPROGRAM) &&
	       (place = vv_named_mirror(&places, place))) {
		vv_auto(vv_remote) peer = {0};
		if (vv_remote_find(&peer, j->repo, place, VV_IGNORED) == VV_OK &&
		    ask_default(j, &t, &peer, VV_IGNORED) == VV_OK) {
			rc = VV_OK;
		}
	}
	return rc;
}

static vv_status configure_remote(vv_clone_job *j, vv_error *err)
{
	const char *name = remote_name(j), *which = j->one ? j->one : "*";
	vv_auto(vv_buf) spec = VV_BUF_INIT;
	vv_auto(vv_arena) keys = VV_ARENA_INIT;
	if (j->bare) {
		vv_buf_printf(&spec, "+refs/heads/%s:refs/heads/%s", which, which);
	} else {
		vv_buf_printf(&spec, "+refs/heads/%s:refs/remotes/%s/%s", which, name, which);
	}
	if (vv_buf_ok(&spec, err) < 0) return err->code;
	const struct {
		const char *name, *value;
		bool given;
	} members[] = {{"fetch", spec.data, true},
		       {"varveKind", "git", j->git_host},
		       {"varveLazy", "true", j->lazy},
		       {"varve", j->program, j->program != NULL},
		       {VV_NAMED_SETTING, j->url, j->by_name},
		       {"url", j->url, true}};
	vv_config_edit edits[sizeof(members) / sizeof(members[0]) + 1];
	size_t count = 0;

	if (j->room > 0) {
		const char *room = vv_arena_printf(&keys, "%llu", (unsigned long long)j->room);

		if (!room) return vv_fail_nomem(err);
		edits[count++] = (vv_config_edit){.key = "varve.room", .value = room};
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const char *key = vv_arena_printf(&keys, "remote.%s.%s", name, members[i].name);

		if (!key) return vv_fail_nomem(err);
		if (members[i].given) {
			edits[count++] = (vv_config_edit){.key = key, .value = members[i].value};
		}
	}
	return vv_config_change(j->repo, edits, count, err);
}

/* Sets the URL of the newest copy, for git and for later fetches. */
static vv_status set_place(vv_clone_job *j, vv_error *err)
{
	vv_auto(char) *key = vv_remote_key(remote_name(j), "url"), *url = NULL;
	vv_status rc = make_absolute(&url, j->fetch.url, err);

	if (rc < 0) return rc;
	return key ? vv_config_set(j->repo, key, url, err) : vv_fail_nomem(err);
}

/* --- after the fetch ------------------------------------------------------------------------- */

/* Any copy can add branches and tags to those that its owner signed. */
static vv_status refuse_unsigned(const vv_clone_job *j, const char *name, vv_error *err)
{
	vv_fail(err, VV_EREFUSED,
		"'%s' is not signed: the newest signed head of %s does not list it",
		vv_text_shows(name), vv_text_url(j->url));
	return j->by_name ? err->code
			  : vv_hint(err, "--unsigned checks it out, but anyone could have made it");
}

/* The first branch: the requested one, else the default branch. NULL: none has commits. */
static vv_status choose_branch(vv_clone_job *j, vv_buf *branch, const vv_ref_move **move,
			       vv_error *err)
{
	*move = NULL;
	if (j->branch) {
		vv_buf_printf(branch, "refs/heads/%s", j->branch);
	} else if (j->fetch.remote_head) {
		vv_buf_puts(branch, j->fetch.remote_head);
	}
	vv_status rc = vv_buf_ok(branch, err);
	if (rc < 0 || branch->len == 0) return rc;
	*move = vv_ref_plan_find(&j->fetch.plan, branch->data);
	if (j->branch && ((!*move && vv_shown_refs_lacks(&j->fetch.left_out, j->branch)) ||
			  (*move && (*move)->unsigned_ref && !j->allow_unsigned))) {
		return refuse_unsigned(j, j->branch, err);
	}
	if (!*move && j->branch) {
		return vv_fail(err, VV_ENOTFOUND, "the remote has no branch%s '%s'",
			       j->single ? "" : " or tag", vv_text_shows(j->branch));
	}
	return VV_OK;
}

/* -b TAG: VV_OK, and *commit is that of the tag. VV_ENOTFOUND: NAME is not a tag's, or a branch's. */
static vv_status find_tag(vv_clone_job *j, vv_oid *commit, vv_error *err)
{
	vv_auto(char) *head = vv_asprintf("refs/heads/%s", j->branch ? j->branch : ""),
		      *tag = vv_asprintf("refs/tags/%s", j->branch ? j->branch : "");

	if (!head || !tag) return vv_fail_nomem(err);
	if (!j->branch || j->single || vv_ref_plan_find(&j->fetch.plan, head) ||
	    !vv_ref_plan_find(&j->fetch.plan, tag)) {
		return VV_ENOTFOUND;
	}
	if (vv_ref_plan_find(&j->fetch.plan, tag)->unsigned_ref && !j->allow_unsigned) {
		return refuse_unsigned(j, j->branch, err);
	}
	return vv_rev_commit(j->repo, tag, commit, err);
}

/* Sets the branch to the remote's id; files written by an earlier attempt stay, and so does their
 * commit. */
static vv_status set_branch(vv_clone_job *j, const char *branch, const vv_oid *id, vv_oid *out,
			    vv_error *err)
{
	vv_auto(vv_ref) now = {0};
	bool there = vv_ref_get(j->repo, branch, &now, VV_IGNORED) == VV_OK;

	*out = there && vv_first_files_there(j->repo) ? now.id : *id;
	bool same = there && vv_oid_equal(&now.id, out);
	return same ? VV_OK : vv_ref_update(j->repo, branch, out, NULL, there, "clone", err);
}

static vv_status write_files(vv_clone_job *j, const vv_oid *commit, vv_error *err)
{
	vv_first_files f = {.fetch = j->room == 0 && (j->lazy || j->fetch.elsewhere > 0),
			    .progress = j->quiet ? NULL : vv_notes_begin(j->notes)};
	vv_status rc = vv_first_files_write(j->repo, &f, commit, err);

	vv_notes_end(j->notes);
	j->lacking = rc == VV_OK && f.lacking;
	return rc;
}

/* Files written by an earlier attempt stay, with their commit. */
static vv_status set_detached(vv_clone_job *j, const vv_oid *commit, const char *whose,
			      vv_error *err)
{
	vv_auto(vv_head) now = {0};
	vv_auto(char) *id = NULL;
	vv_status rc = vv_head_read(j->repo, &now, err);

	if (rc < 0) return rc;
	if (!now.detached || !vv_first_files_there(j->repo)) {
		now.commit = *commit;
		if ((rc = vv_head_detach(j->repo, commit, "clone", err)) < 0) return rc;
	}
	if ((rc = vv_rev_short(j->repo, &now.commit, &id, err)) < 0) return rc;
	if (!j->quiet) {
		vv_notes_put(j->notes, "%s is detached at %s", whose, id);
	}
	return j->bare || j->no_checkout ? VV_OK : write_files(j, &now.commit, err);
}

/* Records the remote's default branch, as git clone does: where `origin/HEAD` is missing, main counts as it. */
static vv_status set_remote_head(const vv_clone_job *j, vv_error *err)
{
	const char *branch = j->fetch.remote_head;
	const char *name = remote_name(j);

	if (j->bare || !branch || strncmp(branch, "refs/heads/", 11) != 0) return VV_OK;
	vv_auto(char) *head = vv_asprintf("refs/remotes/%s/HEAD", name),
		      *target = vv_asprintf("refs/remotes/%s/%s", name, branch + 11);
	vv_auto(vv_ref) there = {0};
	const char *const args[] = {"symbolic-ref", "-m", "clone", head, target, NULL};
	const vv_git_call call = {.args = args, .repo = j->repo};

	if (!head || !target) return vv_fail_nomem(err);
	if (vv_ref_get(j->repo, target, &there, VV_IGNORED) < 0) return VV_OK;
	const vv_status rc = vv_git_must(&call, "the remote's default branch is not recorded", err);
	if (rc == VV_OK) return vv_ref_sync(j->repo, head, err); /* git does not */
	/* a branch HEAD/x is in its way */
	vv_notes_warn(j->notes, "%s", err->message);
	return vv_error_excuse(rc, rc != VV_ENOMEM, err);
}

/* Explains why no branch is checked out. */
static void tell_nothing(const vv_clone_job *j)
{
	if (j->fetch.plan.count > 0) {
		vv_notes_put(j->notes, "the remote's default branch has no commits: nothing is "
				       "checked out");
	} else if (j->fetch.left_out.len > 0) {
		vv_notes_put(j->notes, "the remote has only refs that are not signed: nothing is "
				       "checked out");
	} else {
		vv_notes_put(j->notes, "you appear to have cloned an empty repository");
	}
}

static vv_status set_head(vv_clone_job *j, vv_error *err)
{
	vv_auto(vv_buf) branch = VV_BUF_INIT;
	const vv_ref_move *m;
	vv_oid id;
	vv_status rc = find_tag(j, &id, err);

	if (rc != VV_ENOTFOUND) {
		rc = rc < 0 ? rc : set_remote_head(j, err);
		return rc < 0 ? rc : set_detached(j, &id, "HEAD", err);
	}
	rc = choose_branch(j, &branch, &m, err);
	if (rc < 0 || (rc = set_remote_head(j, err)) < 0) return rc;
	const vv_oid *detached = branch.len == 0 ? vv_ref_plan_detached(&j->fetch.plan) : NULL;
	if (detached) return set_detached(j, detached, "the remote's HEAD", err);
	if (branch.len > 0 && strncmp(branch.data, "refs/heads/", 11) == 0) {
		if ((rc = vv_head_set_branch(j->repo, branch.data, "clone", err)) < 0) return rc;
		if (!j->bare && ((m && (rc = set_branch(j, branch.data, &m->id, &id, err)) < 0) ||
				 (rc = vv_branch_follow(j->repo, branch.data, remote_name(j),
							branch.data, err)) < 0)) {
			return rc;
		}
		if (m && !j->bare && !j->no_checkout) {
			if ((rc = write_files(j, &id, err)) < 0) return rc;
		}
	}
	if (j->fetch.blocks_head) {
		vv_notes_warn(
			j->notes,
			"the remote's default branch contains only blocks of tables: using '%s' "
			"instead",
			branch.len > 0 ? vv_text_shows(branch.data + 11) : "");
		vv_notes_put(
			j->notes,
			"hint: make this branch the default branch in the settings of the host");
	}
	if (!m && !j->quiet) {
		tell_nothing(j);
	}
	return rc;
}

static vv_status fetch_versions(vv_clone_job *j, vv_error *err)
{
	j->fetch = (vv_fetch_job){.repo = j->repo,
				  .remote = remote_name(j),
				  .from = j->from,
				  .tags = !j->single, /* else those of the branch follow */
				  .quiet = j->quiet,
				  .verbose = j->verbose,
				  .keep_missing = true,
				  .idle_sec = j->idle_sec,
				  .hide_refs = true,
				  .allow_unsigned = j->allow_unsigned,
				  .leave_unsigned = j->leave_unsigned,
				  .detached = !j->single && !j->branch};
	return vv_fetch_job_run(&j->fetch, err);
}

/* The name is believed now, and never again. */
static vv_status pin_name(vv_clone_job *j, vv_error *err)
{
	vv_status rc = vv_named_pin(&j->named, j->repo, err);

	if (rc < 0) return rc;
	if (!j->quiet) {
		vv_notes_put(j->notes, "%s names '%s', signed by %s (%s)", vv_text_url(j->url),
			     j->named.name, vv_did_key_shows(j->named.owner),
			     vv_did_words(j->named.owner));
	}
	return VV_OK;
}

static vv_status fill_room(vv_clone_job *j, vv_error *err)
{
	const vv_progress *watch = j->quiet ? NULL : vv_notes_begin(j->notes);
	vv_status rc = vv_room_fill(&j->taken, j->repo, j->room, watch, err);

	vv_notes_end(j->notes);
	return rc;
}

static vv_status clone_it(vv_clone_job *j, vv_error *err)
{
	const vv_init_options init = {.bare = j->bare, .program = "varve", .env = j->env};
	bool created;
	vv_status rc;

	j->lazy |= j->room > 0;
	j->set_origin = vv_config_outside(j->env, "clone.defaultRemoteName");
	if (j->dir && !(j->folder = vv_strdup(j->dir))) return vv_fail_nomem(err);
	if ((rc = look_named(j, err)) < 0 || (rc = fix_url(j, err)) < 0 ||
	    (!j->folder && (rc = name_folder(j, err)) < 0) ||
	    (rc = vv_unfinished_begin(&j->unfinished, j->folder, j->env, j->bare, j->url,
				      remote_name(j), err)) < 0) {
		return rc;
	}
	if (!j->quiet) {
		vv_notes_put(j->notes,
			     j->unfinished.resumed ? "continuing the clone in '%s'"
						   : "cloning into '%s'",
			     vv_text_shows(j->folder));
	}
	if ((rc = vv_repository_init(&j->repo, j->folder, &init, &created, err)) < 0) return rc;
	vv_repository_listen(j->repo, j->notes);
	if ((j->by_name && (rc = pin_name(j, err)) < 0) || (rc = find_gateway(j, err)) < 0 ||
	    (rc = vv_push_hook_set(j->repo, j->quiet ? NULL : j->notes, err)) < 0 ||
	    (j->single && (rc = choose_single(j, err)) < 0) ||
	    (rc = configure_remote(j, err)) < 0 || (rc = fetch_versions(j, err)) < 0 ||
	    (j->by_name && (rc = set_place(j, err)) < 0) || (rc = follow_name(j, err)) < 0) {
		return rc;
	}
	j->fetched = true;
	if ((j->room > 0 && (rc = fill_room(j, err)) < 0) || (rc = set_head(j, err)) < 0) {
		return rc;
	}
	return vv_unfinished_end(&j->unfinished, err);
}

/* Blocks that came, whether they wait or are in the store. */
static uint64_t kept_blocks(vv_clone_job *j)
{
	uint64_t kept = 0;
	vv_store *store;
	vv_store_stats stats = {0};

	if (j->repo) {
		(void)vv_incoming_count(j->repo, &kept, VV_IGNORED);
		if (vv_repository_store(j->repo, &store, VV_IGNORED) == VV_OK) {
			(void)vv_store_stats_get(store, &stats, VV_IGNORED);
		}
	}
	return kept + stats.blocks;
}

/* A clone that failed leaves nothing, unless blocks came that the next attempt can use. */
static void clean_up(vv_clone_job *j, vv_status rc, vv_error *err)
{
	uint64_t kept = kept_blocks(j);

	vv_repository_close(j->repo);
	j->repo = NULL;
	if (rc == VV_EREFUSED || rc == VV_EUSAGE || (j->fetched && rc == VV_ENOTFOUND)) {
		kept = 0; /* the next attempt will have to be another */
	} else if (j->fetched) {
		vv_hint(err,
			"received data is kept in '%s'; run the same command again to continue",
			vv_text_shows(j->folder));
		return;
	}
	if (kept > 0) {
		vv_hint(err, "%s %s kept in '%s'; run the same command again to continue",
			vv_text_counted(kept, "block", NULL), kept == 1 ? "is" : "are",
			vv_text_shows(j->folder));
	} else if (!j->unfinished.resumed) {
		vv_unfinished_abandon(&j->unfinished);
	}
}

vv_status vv_clone_job_run(vv_clone_job *j, vv_error *err)
{
	vv_status rc = clone_it(j, err);

	if (rc < 0) {
		clean_up(j, rc, err);
	}
	vv_repository_close(j->repo);
	j->repo = NULL;
	return rc;
}
