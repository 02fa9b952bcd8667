/*
 * context: the one place where commands open and close a repository and its parts.
 */
#include "cmd/frame/context.h"

#include <string.h>

#include "base/file.h"
#include "base/show.h"
#include "base/sys.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "repo/git/history/revision.h"

/* The revisions in the arguments with a URL. */
static vv_status check_signed(const vv_context *c, vv_error *err)
{
	const vv_url_words *w = &c->urls;
	const int count = w->dashdash >= 0 ? w->dashdash : w->argc;
	vv_status rc = count > 0 ? VV_OK : vv_cached_check_signed(c->cached, c->repo, "HEAD", err);

	for (int i = 0; rc == VV_OK && i < count; i++) {
		rc = vv_cached_check_signed(c->cached, c->repo, w->argv[i], err);
	}
	return rc;
}

static vv_status open_repository(vv_context *c, vv_error *err)
{
	const vv_cached_options o = {.env = vv_environ(),
				     .notes = &vv_notes_stderr,
				     .allow_unsigned = c->allow_unsigned};
	vv_auto(char) *stand = NULL;
	vv_status rc;

	if (c->urls.url) {
		if (!c->cached && (rc = vv_cached_open(&c->cached, c->urls.url, &o, err)) < 0) {
			return rc;
		}
		rc = vv_repository_open(&c->repo, vv_cached_folder(c->cached), vv_environ(), err);
	} else {
		rc = c->unchecked ? vv_repository_open_unchecked(&c->repo, NULL, vv_environ(), err)
				  : vv_repository_open(&c->repo, NULL, vv_environ(), err);
	}
	if (rc == VV_OK && !c->urls.url &&
	    vv_worktree_prefix(&stand, c->repo, VV_IGNORED) == VV_OK) {
		vv_hint_words_stand(stand);
	}
	if (rc == VV_OK && c->dry) {
		vv_repository_stay_dry(c->repo);
	}
	if (rc == VV_OK) { /* a fact to print while work continues */
		vv_repository_listen(c->repo, &vv_notes_stderr);
		vv_repository_sweep_locks(c->repo);
	}
	return rc < 0 || !c->urls.url ? rc : check_signed(c, err);
}

static vv_status need_worktree(const vv_context *c, vv_error *err)
{
	if (!vv_repository_is_bare(c->repo)) return VV_OK;
	return vv_fail(
		err, VV_EUSAGE,
		"%s requires a work tree; this repository is bare\nclone it, and run the command in the clone",
		c->name);
}

static vv_status open_writer(vv_context *c, vv_error *err)
{
	vv_status rc = vv_dataset_writer_open(&c->writer, c->repo, c->progress, err);

	c->reader = vv_dataset_writer_reader(c->writer);
	return rc;
}

/* A writer brings its own. */
static vv_status open_reader(vv_context *c, vv_error *err)
{
	vv_status rc;

	if (!c->reader &&
	    (rc = vv_dataset_reader_open(&c->reader, c->repo, c->progress, err)) < 0) {
		return rc;
	}
	return c->gets && !c->demand ? vv_on_demand_begin(&c->demand, c->repo,
							  !c->by_git && !vv_out_is_terminal(), err)
				     : VV_OK;
}

static vv_status open_part(vv_context *c, unsigned part, vv_error *err)
{
	vv_writer *blocks;

	switch (part) {
	case VV_NEEDS_PROGRESS:
		c->progress = vv_progress_begin();
		return VV_OK;
	case VV_NEEDS_REPOSITORY:
		return open_repository(c, err);
	case VV_NEEDS_WORKTREE:
		return need_worktree(c, err);
	case VV_NEEDS_RIGHT:
		return vv_put_right(c->repo, c->again, &c->found, err);
	case VV_NEEDS_PATHS:
		return vv_pathspec_init(&c->paths, c->repo, c->argc, c->argv, err);
	case VV_NEEDS_WRITER:
		return open_writer(c, err);
	case VV_NEEDS_READER:
		return open_reader(c, err);
	case VV_NEEDS_LOCK:
		return vv_dataset_writer_blocks(c->writer, &blocks, err);
	default:
		return c->locks_index ? vv_index_open_locked(&c->index, c->repo, err)
				      : vv_index_open(&c->index, c->repo, err);
	}
}

vv_status vv_context_need(vv_context *c, unsigned needs, vv_error *err)
{
	if (needs & ~(unsigned)VV_NEEDS_PROGRESS) {
		needs |= VV_NEEDS_REPOSITORY;
	}
	if (needs & VV_NEEDS_RIGHT) {
		needs |= VV_NEEDS_WORKTREE;
	}
	if (needs & VV_NEEDS_LOCK) {
		needs |= VV_NEEDS_WRITER;
	}
	if (needs & VV_NEEDS_INDEX_LOCK) {
		needs |= VV_NEEDS_INDEX;
		c->locks_index = true;
	}
	c->unchecked = c->unchecked || (needs & VV_NEEDS_NO_PACKS);
	for (unsigned part = VV_NEEDS_PROGRESS; part <= VV_NEEDS_INDEX; part <<= 1) {
		vv_status rc;

		if (!(needs & part) || (c->opened & part)) {
			continue;
		}
		if ((rc = open_part(c, part, err)) < 0) return rc;
		c->opened |= part;
	}
	return VV_OK;
}

void vv_context_versions_first(vv_context *c)
{
	int versions = 0;
	vv_range range;

	if (c->dashdash >= 0 || c->urls.url || vv_repository_is_bare(c->repo)) return;
	while (versions < c->argc && !vv_exists(c->argv[versions])) {
		versions++; /* the words before the first file stay where they are */
	}
	for (int i = versions + 1; i < c->argc; i++) {
		char *word = c->argv[i];

		if (vv_exists(word) || vv_rev_range(c->repo, word, &range, VV_IGNORED) < 0) {
			continue;
		}
		memmove(c->argv + versions + 1, c->argv + versions,
			(size_t)(i - versions) * sizeof(*c->argv));
		c->argv[versions++] = word;
	}
}

void vv_context_gc_after(vv_context *c, bool quiet)
{
	c->gc_quiet = quiet;
	if (vv_auto_gc_look(&c->gc, c->repo, VV_IGNORED) < 0) {
		c->gc.wanted = c->gc.failed = false;
	}
}

void vv_page_for(vv_repository *r)
{
	vv_auto(char) *pager = NULL;

	if (r) {
		(void)vv_config_string(r, "core.pager", &pager, VV_IGNORED);
	}
	vv_out_page(pager);
}

void vv_context_close(vv_context *c)
{
	vv_index_close(c->index);
	if (c->writer) { /* frees its reader too */
		vv_dataset_writer_close(c->writer);
	} else {
		vv_dataset_reader_close(c->reader);
	}
	vv_pathspec_clear(&c->paths);
	vv_on_demand_end(c->demand);
	vv_repository_close(c->repo);
	vv_cached_close(c->cached);
	vv_url_words_clear(&c->urls);
	c->cached = NULL;
	c->index = NULL;
	c->reader = NULL;
	c->writer = NULL;
	c->demand = NULL;
	c->repo = NULL;
	c->opened = 0;
}

vv_status vv_worktree_prefix(char **out, vv_repository *r, vv_error *err)
{
	vv_status rc = vv_repository_relative(out, r, ".", err);

	if (rc != VV_EUSAGE) return rc;
	*out = vv_strdup("");
	return *out ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_context_path(char **out, vv_context *c, const char *text, vv_error *err)
{
	return vv_pathspec_is_pattern(c->repo, text)
		       ? vv_fail(err, VV_EUSAGE,
				 "%s accepts files and folders, not patterns: '%s'\n"
				 "name the files, or a folder",
				 c->name, vv_text_shows(text))
		       : vv_repository_relative(out, c->repo, text, err);
}

vv_status vv_context_paths(char ***out, vv_context *c, int first, vv_error *err)
{
	size_t at = 0;
	vv_status rc;

	*out = vv_calloc((size_t)(c->argc - first) + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	for (int i = first; i < c->argc; i++, at++) {
		rc = vv_context_path(&(*out)[at], c, c->argv[i], err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

void vv_context_paths_free(char **paths)
{
	for (size_t i = 0; paths && paths[i]; i++) {
		vv_free(paths[i]);
	}
	vv_free(paths);
}
