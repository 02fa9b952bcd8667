/*
 * fetched: the words for git fetch, and how its refs go away.
 */
#include "lib/remotes/fetched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/hidden_refs.h"
#include "transport/places/packs/host.h"

void vv_fetched_init(vv_fetched *f, vv_transfer *t, const vv_git_call *git, const char *word,
		     const vv_hello *hello, const vv_remote_folder *published)
{
	*f = (vv_fetched){
		.t = t, .git = *git, .word = word, .hello = hello, .published = published};
	(void)snprintf(f->folder, sizeof(f->folder), "refs/varve/fetched/%016llx/",
		       (unsigned long long)vv_host_key(git->url));
}

static vv_status remove_ref(void *repo, const vv_ref *ref, vv_error *err VV_UNUSED)
{
	(void)vv_ref_delete(repo, ref->name, NULL, VV_IGNORED);
	return VV_OK;
}

void vv_fetched_clear(vv_fetched *f)
{
	if (f->count > 0) {
		vv_fetched_tidy(f);
	}
}

static char *folder_path(const vv_fetched *f)
{
	return vv_path_join(vv_repository_commondir(f->t->repo), f->folder, (char *)NULL);
}

bool vv_fetched_is_left(const vv_fetched *f)
{
	vv_auto(char) *folder = folder_path(f);

	return f->count == 0 &&
	       ((folder && vv_exists(folder)) || vv_refs_any(f->t->repo, f->folder));
}

void vv_fetched_tidy(vv_fetched *f)
{
	vv_auto(char) *folder = folder_path(f);

	if (folder) { /* locks of a git that was killed stop every fetch */
		(void)vv_remove_tree(folder, VV_IGNORED);
	}
	(void)vv_refs_each(f->t->repo, f->folder, remove_ref, f->t->repo, VV_IGNORED);
}

static vv_status run_fetch(vv_fetched *f, const vv_buf *specs, vv_error *err)
{
	const char *args[] = {
		"-c",
		"fetch.unpackLimit=1", /* the pack of a first fetch stays, as in git clone */
		"fetch",
		f->t->progress && isatty(STDERR_FILENO) ? "--progress" : "-q",
		"--no-tags",
		"--no-write-fetch-head",
		"--no-auto-maintenance",
		"--no-recurse-submodules",
		"--no-prune",
		"--refmap=",
		"--stdin",
		"--",
		f->word,
		NULL};
	vv_auto(vv_buf) what = VV_BUF_INIT;
	vv_git_call run = f->git;

	run.args = vv_refs_any(f->t->repo, "") ? args + 2 : args;
	run.input = specs->data;
	run.len = specs->len;
	run.show = strcmp(args[3], "-q") != 0;
	vv_notes_end(f->t->notes);
	vv_buf_printf(&what, "'%s'", vv_text_url(f->git.url));
	vv_status rc = vv_git_must(&run, vv_buf_cstr(&what), err);
	if (!f->t->quiet) {
		(void)vv_notes_begin(f->t->notes);
	}
	return rc;
}

/* After another fetch: does the host have these refs, and this repository everything reachable from them? git fetch would
 * contact the host before checking. */
static bool all_here(const vv_fetched *f, const char *const *names, size_t count, vv_oid *ids)
{
	static const char *const args[] = {"rev-list", "--objects", "--quiet", "--not",
					   "--all",    "--not",     "--stdin", NULL};
	const vv_hello *h = f->hello;
	vv_auto(vv_buf) input = VV_BUF_INIT, said = VV_BUF_INIT;
	vv_git_call run = f->git;
	int code = 1;

	for (size_t i = 0; i < count; i++) {
		const vv_remote_ref *there = vv_array_find(h->refs, h->ref_count, it,
							   strcmp(it->name, names[i]) == 0);
		there = there ? there
			      : vv_array_find(h->heads, h->head_count, it,
					      strcmp(it->name, names[i]) == 0);
		if (!there) return false;
		ids[i] = there->id;
		vv_buf_printf(&input, "%s\n", vv_oid_shows(&ids[i]));
	}
	run.args = args;
	run.input = input.data;
	run.len = input.len;
	return !input.failed && vv_git_run(&run, &said, &code, VV_IGNORED) == VV_OK && code == 0;
}

vv_status vv_fetched_get(vv_fetched *f, const char *const *names, size_t count, vv_oid *ids,
			 vv_error *err)
{
	vv_auto(vv_buf) specs = VV_BUF_INIT;
	vv_auto(char) *dir = f->published ? vv_host_dir(f->t->repo, f->git.url)
					  : NULL; /* another process has its lock */
	const size_t first = f->count;
	vv_status rc;

	if (count == 0) return VV_OK;
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&specs, "+%s:%s%zu\n", names[i], f->folder, first + i);
	}
	if ((rc = vv_buf_ok(&specs, err)) < 0) return rc;
	f->count += count;
	if (dir && first == 0 && (rc = vv_remote_folder_bring(f->published, f->t, dir, err)) < 0) {
		return rc;
	}
	const bool here = (first > 0 || dir) && all_here(f, names, count, ids);
	if (!here && (rc = run_fetch(f, &specs, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		char name[sizeof(f->folder) + 24];
		vv_auto(vv_ref) ref = {0};

		(void)snprintf(name, sizeof(name), "%s%zu", f->folder, first + i);
		if (here &&
		    (rc = vv_ref_update(f->t->repo, name, &ids[i], NULL, true, "fetch", err)) < 0) {
			return rc;
		}
		rc = vv_ref_get(f->t->repo, name, &ref, err);
		if (rc == VV_ENOTFOUND) { /* git has no message for it */
			rc = vv_fail(err, VV_EREFUSED,
				     "'%s' is a shallow repository, and lacks older commits of "
				     "'%s'\nfetch from the repository that it was cloned from",
				     vv_text_url(f->git.url), vv_text_shows(names[i]));
		}
		if (rc < 0) return rc;
		ids[i] = ref.id;
	}
	return dir ? vv_remote_folder_note(f->published, f->t, dir, err) : VV_OK;
}

vv_status vv_fetched_get_all(vv_fetched *f, vv_ref_fn fn, void *payload, vv_error *err)
{
	vv_auto(vv_buf) specs = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&specs,
		      "+refs/*:%s*\n^refs/varve/*\n^" VV_HOST_BRANCH "\n^" VV_HEADS_BRANCHES "*\n",
		      f->folder);
	f->count++;
	if ((rc = vv_buf_ok(&specs, err)) < 0 || (rc = run_fetch(f, &specs, err)) < 0) return rc;
	return vv_refs_each(f->t->repo, f->folder, fn, payload, err);
}
