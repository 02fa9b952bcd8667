/*
 * apply: a patch made by 'varve diff --format patch' or by git, applied to the files here.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "diff/merge/patch.h"
#include "diff/write/change_words.h"
#include "lib/merge/apply_files.h"
#include "lib/merge/apply_git.h"
#include "lib/merge/apply_index.h"
#include "lib/worktree/way_back.h"

/* Misfits to report one by one. */
#define MISFITS_SHOWN 20u
/* The greatest number of folders that -p strips. */
#define STRIP_MAX 100
#define PATCH_PIECE ((size_t)1 << 20)

typedef struct options {
	vv_apply_git_options how;
	bool exact, quiet;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "check", how.check, "only report whether the patch applies"),
	OPT_FLAG('R', "reverse", how.reverse, "apply the patch in reverse"),
	OPT_FLAG(0, "reject", how.reject,
		 "apply the parts that fit, and write the others to PATH.rej as a patch"),
	OPT_FLAG(0, "exact", exact, "apply only to the version from which the patch was made"),
	OPT_FLAG('3', "3way", how.three_way,
		 "apply to the index and the files; merge tables that the patch does not fit"),
	OPT_FLAG(0, "cached", how.cached, "apply to the index only; the files do not change"),
	OPT_STRING('p', "strip", how.strip, "N",
		   "strip N folders from the paths in the patch (default: 0)"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static const vv_option_rule option_rules[] = {
	{"--exact", .excludes = "--reject"},
	{"--3way", .excludes = "--exact --reject --cached --check"},
	{"--cached", .excludes = "--reject"},
	{NULL, NULL, NULL},
};

typedef struct run {
	const options *o;
	vv_repository *repo; /* NULL outside of one; borrowed, as writer and index */
	vv_dataset_writer *writer;
	vv_apply_files files;
	vv_index *index; /* --cached, --3way */
	vv_checkout checkout;
	vv_apply_index indexed;
	vv_buf told;       /* --3way: misfits, reported if the merge does not help */
	vv_way_back *back; /* of the files that change; NULL: none do */
	int fd;            /* of the patch; it can be sought in */
	const char *name;
	char *spool;
	char *instead; /* FILE; NULL */
	vv_buf said;   /* a line for each path, printed at success */
	uint64_t misfits, paths, rejected;
} run;

/* --- the patch ------------------------------------------------------------------ */

/* Standard input and pipes are copied first: parts of a patch are read twice. */
static vv_status copy_patch(run *r, int from, vv_error *err)
{
	const char *temp = vv_env_temp_dir(vv_environ());
	vv_auto(char) *piece = vv_malloc(1 << 16);
	ssize_t n = 1;
	vv_status rc = VV_OK;
	int fd = piece ? vv_temp_open_unlinked(&r->spool, temp, "varve-apply-", err)
		       : (int)vv_fail_nomem(err);
	if (fd < 0) return (vv_status)fd;
	r->fd = fd;
	while (rc == VV_OK && (n = vv_read_full(from, piece, 1 << 16, r->name, err)) > 0) {
		rc = vv_write_full(fd, piece, (size_t)n, r->spool, err);
	}
	if (rc == VV_OK && n == 0 && lseek(fd, 0, SEEK_SET) < 0) {
		rc = vv_fail_errno(err, "cannot seek in", r->spool);
	}
	if (rc < 0) return rc;
	return n < 0 ? (vv_status)n : VV_OK;
}

static vv_status open_patch(run *r, const char *name, vv_error *err)
{
	bool input = strcmp(name, "-") == 0;
	r->name = input ? "standard input" : name;
	int fd = input ? STDIN_FILENO : vv_open(name, O_RDONLY, 0, err);
	if (fd < 0) return (vv_status)fd;
	if (!input && lseek(fd, 0, SEEK_CUR) >= 0) {
		vv_stat st;
		r->fd = fd;
		vv_status rc = vv_fstat(&st, fd, name, err);
		if (rc < 0) return rc;
		if (S_ISDIR(st.mode)) {
			return vv_fail(err, VV_EUSAGE, "'%s' is a folder", vv_text_shows(name));
		}
		return VV_OK;
	}
	vv_status rc = copy_patch(r, fd, err);
	if (!input) {
		vv_close(fd, NULL, NULL);
	}
	return rc;
}

static ssize_t read_patch(void *payload, void *buf, size_t len, vv_error *err)
{
	const run *r = payload;
	return vv_read_full(r->fd, buf, len, r->name, err);
}

static vv_status seek_patch(void *payload, uint64_t offset, vv_error *err)
{
	const run *r = payload;
	return lseek(r->fd, (off_t)offset, SEEK_SET) < 0
		       ? vv_fail_errno(err, "cannot seek in", r->name)
		       : VV_OK;
}

/* --- callbacks of apply ----------------------------------------------------- */

static vv_status open_target(void *payload, const char *path, const vv_root *before, vv_table *out,
			     bool *exists, vv_error *err)
{
	return vv_apply_files_open(&((run *)payload)->files, path, before, out, exists, err);
}

static const vv_scan_cache *cache_of_target(void *payload, const vv_cid *root, uint64_t *secret)
{
	return vv_apply_files_cache(&((run *)payload)->files, root, secret);
}

/* A version that the patch names, out of the store. */
static vv_status open_base(void *payload, const vv_cid *root, vv_table *out, bool *exists,
			   vv_error *err)
{
	run *r = payload;
	vv_store *store;
	vv_status rc;
	*exists = false;
	if (!r->repo) return VV_OK;
	if ((rc = vv_repository_store(r->repo, &store, err)) < 0 || !vv_store_has(store, root)) {
		return rc;
	}
	rc = vv_dataset_open(out, r->repo, root, err);
	*exists = rc == VV_OK;
	return rc == VV_EMISSING ? VV_OK : rc;
}

static vv_status put_bytes(void *payload, const char *path, const void *bytes, size_t len,
			   vv_error *err)
{
	return vv_apply_files_put(&((run *)payload)->files, path, "", bytes, len, err);
}

static vv_status put_rejected(void *payload, const char *path, const void *bytes, size_t len,
			      vv_error *err)
{
	run *r = payload;
	return r->o->how.check
		       ? VV_OK
		       : vv_apply_files_put(&r->files, path, VV_APPLY_REJECTED, bytes, len, err);
}

static vv_status put_misfit(void *payload, const vv_patch_misfit *m, vv_error *err)
{
	run *r = payload;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	if (++r->misfits > MISFITS_SHOWN) return VV_OK;
	vv_text_put_escaped(&b, m->path, strlen(m->path));
	vv_buf_puts(&b, ": ");
	if (m->row) {
		vv_buf_puts(&b, m->row); /* escaped already */
		vv_buf_puts(&b, ", ");
	}
	if (m->column) {
		vv_buf_puts(&b, "column '");
		vv_text_put_cut(&b, m->column, strlen(m->column), 60);
		vv_buf_puts(&b, "': ");
	}
	vv_buf_puts(&b, "expected ");
	vv_buf_puts(&b, m->expected);
	vv_buf_printf(&b, ", found %s", m->found ? m->found : "nothing");
	vv_status rc = vv_buf_ok(&b, err);
	if (rc == VV_OK && r->o->how.three_way) {
		vv_buf_printf(&r->told, "%s%s", r->told.len > 0 ? "\n" : "", b.data);
		rc = vv_buf_ok(&r->told, err);
	} else if (rc == VV_OK) {
		vv_note("%s", b.data);
	}
	return rc;
}

/* No section may be forgotten beside others that are merged. */
static vv_status leave_path(void *payload, const char *path, vv_error *err)
{
	run *r = payload;

	return r->o->how.three_way ? vv_apply_index_miss(&r->indexed, path, err) : VV_OK;
}

/* Reports changes of the new version that no file shows. */
static void say_stored(vv_buf *b, const vv_patch_done *d)
{
	vv_buf_printf(b,
		      "  the patch also changes the order in which varve stores the rows, not "
		      "that of the file: 'varve add --order %s ",
		      vv_root_is_sorted(d->as) ? "key" : "file");
	vv_text_put_word(b, d->path);
	vv_buf_puts(b, "' sets that\n");
}

static void say_path(run *r, const vv_patch_done *d)
{
	vv_buf *b = &r->said;
	const bool stored = d->stored_order && !(r->index && d->exact);
	vv_text_put_escaped(b, d->path, strlen(d->path));
	vv_buf_puts(b, ": ");
	const size_t start = b->len;
	if (d->removed || !d->old_path) {
		vv_buf_puts(b, d->removed ? "removed" : "new");
	} else if (strcmp(d->path, d->old_path) != 0) {
		vv_buf_puts(b, "renamed from ");
		vv_text_put_escaped(b, d->old_path, strlen(d->old_path));
	}
	vv_counts_put(b, start, "",
		      {d->removed ? 0 : d->rows_changed, "row changed", "rows changed"},
		      {d->removed ? 0 : d->rows_added, "row added", "rows added"},
		      {d->removed ? 0 : d->rows_removed, "row removed", "rows removed"},
		      {d->rows_moved, "row moved", "rows moved"},
		      {d->rejected, "change rejected", "changes rejected"});
	if (b->len == start && d->already) {
		vv_buf_puts(b, "already has these changes");
	} else if (b->len == start) {
		vv_buf_puts(b, stored ? "the same rows" : "done");
	}
	vv_buf_puts(b, d->exact || d->already ? "\n" : " (applied to another version)\n");
	if (d->order_left || d->form_left) {
		vv_buf_puts(b, "  not applied: ");
		vv_buf_puts(b, d->order_left ? "the new order of rows" : "");
		vv_buf_puts(b, d->order_left && d->form_left ? ", " : "");
		vv_buf_puts(b, d->form_left ? "the new form of the file\n" : "\n");
	}
	if (d->schema && !(r->index && d->exact)) {
		vv_buf_puts(b,
			    "  the patch also changes the schema (types, key): 'varve schema' sets "
			    "that\n");
	}
	if (stored) {
		say_stored(b, d);
	}
}

/* --3way merges what else would be left as it is, if the version that the patch was made from is here. */
static vv_status merges_rest(const run *r, const vv_patch_done *d, bool *out, vv_error *err)
{
	vv_store *store;
	vv_status rc = VV_OK;

	*out = r->o->how.three_way && (d->order_left || d->form_left) && d->old_root;
	if (*out && (rc = vv_repository_store(r->repo, &store, err)) == VV_OK) {
		*out = vv_store_has(store, d->old_root);
	}
	return rc;
}

static vv_status path_done(void *payload, const vv_patch_done *d, vv_error *err)
{
	run *r = payload;
	bool merges;
	vv_status rc = merges_rest(r, d, &merges, err);

	if (rc < 0 || merges) {
		return rc < 0 ? rc : vv_apply_index_miss(&r->indexed, d->path, err);
	}
	r->paths++;
	r->rejected += d->rejected;
	if (!r->o->how.check) {
		rc = vv_apply_files_change(&r->files, d->removed ? d->old_path : d->path, "",
					   d->removed, err);
		if (rc == VV_OK && !d->removed && d->old_path &&
		    strcmp(d->old_path, d->path) != 0) {
			rc = vv_apply_files_change(&r->files, d->old_path, "", true, err);
		}
		if (rc == VV_OK && r->index) {
			rc = vv_apply_index_put(&r->indexed, d, err);
		}
		if (rc == VV_OK && d->rejected > 0) {
			rc = vv_apply_files_change(&r->files, d->path, VV_APPLY_REJECTED, false,
						   err);
		}
	}
	say_path(r, d);
	return rc < 0 ? rc : vv_buf_ok(&r->said, err);
}

/* --- the command -------------------------------------------------------------------- */

static vv_status find_repository(run *r, vv_context *c, vv_error *err)
{
	bool indexed = r->o->how.cached || r->o->how.three_way;
	vv_status rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err);

	if (rc == VV_ENOTFOUND && !indexed) {
		return VV_OK; /* files will do */
	}
	if (rc < 0 ||
	    (rc = vv_context_need(c,
				  (r->o->how.check ? VV_NEEDS_WORKTREE : VV_NEEDS_RIGHT) |
					  VV_NEEDS_WRITER | (indexed ? VV_NEEDS_INDEX : 0),
				  err)) < 0) {
		return rc;
	}
	r->repo = c->repo;
	r->writer = c->writer;
	r->index = c->index;
	if (indexed) {
		r->checkout = (vv_checkout){r->repo, c->reader, r->index};
		r->files.index = r->index;
		r->files.checkout = r->o->how.three_way ? &r->checkout : NULL;
		vv_apply_index_init(&r->indexed, &r->files, r->writer, r->files.checkout);
	}
	return VV_OK;
}

/* FILE: the patch's path, whatever it is, means this one. */
static vv_status take_file(run *r, const char *name, vv_error *err)
{
	vv_status rc = VV_OK;
	if (r->repo) {
		rc = vv_repository_relative(&r->instead, r->repo, name, err);
	} else {
		r->instead = vv_strdup(name);
	}
	r->files.instead = r->instead;
	return rc == VV_OK && !r->instead ? vv_fail_nomem(err) : rc;
}

/* Merges misfits. If that is impossible, reports them. */
static vv_status merge_misfits(run *r, const vv_patch_source *source,
			       const vv_patch_apply_options *po, vv_status rc, vv_error *err)
{
	if ((rc == VV_ECONFLICT && r->misfits > 0) ||
	    (rc == VV_OK && r->indexed.missed_count > 0)) {
		rc = vv_apply_index_merge(&r->indexed, source, po, err);
		r->paths += r->indexed.count;
		if (rc < 0 && r->told.len > 0) {
			vv_note("%s", vv_buf_cstr(&r->told));
		}
	}
	if (rc == VV_OK && (rc = vv_apply_index_commit(&r->indexed, err)) == VV_OK) {
		vv_apply_index_describe(&r->indexed, &r->said);
		rc = vv_buf_ok(&r->said, err);
	}
	return rc;
}

/* Files made beside those that the patch changes, and their changes, are written down first. */
static vv_status open_way_back(run *r, vv_error *err)
{
	vv_status rc = VV_OK;

	if (r->repo && !r->index && !r->o->how.check) {
		rc = vv_way_back_open(&r->back, r->repo, "apply", "'varve apply'", err);
		r->files.back = r->back;
	}
	return rc;
}

/* Advice after a patch that does not fit. */
static const char *misfit_hint(const run *r)
{
	if (r->o->exact) {
		return "nothing was written; the patch may apply to this version without --exact";
	}
	if (r->o->how.cached) return "nothing was written";
	if (r->o->how.check) {
		return "--reject applies the parts that fit, and writes the rest to PATH.rej";
	}
	return r->repo ? "nothing was written; --reject applies the parts that fit, and writes the "
			 "rest to PATH.rej; --3way merges"
		       : "nothing was written; --reject applies the parts that fit, and writes the "
			 "rest to PATH.rej";
}

static vv_status apply_patch(run *r, vv_error *err)
{
	const options *o = r->o;
	const char *temp = vv_env_temp_dir(vv_environ());
	const vv_patch_source source = {read_patch, seek_patch, r, r->name};
	vv_patch_mode mode = o->how.reject ? VV_PATCH_REJECT : VV_PATCH_FIT;

	if (o->exact) {
		mode = VV_PATCH_EXACT;
	}
	const vv_patch_apply_options po = {
		.reverse = o->how.reverse,
		.check = o->how.check,
		.mode = mode,
		.open = open_target,
		.base = open_base,
		.cache = cache_of_target,
		.put = put_bytes,
		.done = path_done,
		.left = leave_path,
		.misfit = put_misfit,
		.reject = put_rejected,
		.payload = r,
		.temp_dir = temp,
		.pool = r->writer ? vv_dataset_reader_pool(vv_dataset_writer_reader(r->writer))
				  : NULL};
	r->files.repo = r->repo;
	r->files.reader = vv_dataset_writer_reader(r->writer);
	vv_status rc = open_way_back(r, err);
	rc = rc < 0 ? rc : vv_patch_apply(&source, &po, err);
	if (o->how.three_way) return merge_misfits(r, &source, &po, rc, err);
	if (r->misfits > MISFITS_SHOWN) {
		vv_note("... and %s more", vv_text_count(r->misfits - MISFITS_SHOWN));
	}
	if (rc == VV_OK && r->index && !o->how.check) {
		return vv_apply_index_commit(&r->indexed, err);
	}
	if (rc == VV_ECONFLICT) {
		vv_hint(err, "%s", misfit_hint(r));
	}
	return rc < 0 || o->how.check ? rc : vv_apply_files_commit(&r->files, err);
}

static void run_clear(run *r)
{
	vv_apply_files_clear(&r->files);
	vv_close(r->fd, NULL, NULL);
	vv_free_all(r->spool, r->instead);
	vv_buf_clear_all(&r->said, &r->told);
	if (r->index) {
		vv_apply_index_clear(&r->indexed);
	}
}
VV_AUTO_CLEAR(run, run_clear)

static bool read_strip(const options *o, uint64_t *out)
{
	return !o->how.strip ||
	       (vv_parse_u64(out, o->how.strip, strlen(o->how.strip)) && *out <= STRIP_MAX);
}

static int check_apply(const vv_context *c)
{
	const options *o = c->options;
	uint64_t strip;

	if (c->argc == 2 && o->how.strip) {
		return vv_usage_error("-p and FILE cannot be used together");
	}
	return read_strip(o, &strip) ? VV_EXIT_OK
				     : vv_usage_error("-p requires a number from 0 to %d, not '%s'",
						      STRIP_MAX, vv_text_shows(o->how.strip));
}

/* *out: it is a patch of Git, and was applied. Outside of a repository, git apply applies it to files. */
static vv_status apply_as_git(run *r, const vv_context *c, bool *out, vv_error *err)
{
	const options *o = r->o;
	vv_auto(vv_buf) patch = VV_BUF_INIT;
	vv_status rc;
	ssize_t n;

	*out = false;
	if (!r->repo || c->argc > 1 || o->exact) return VV_OK;
	do {
		if (!vv_buf_reserve(&patch, PATCH_PIECE)) return vv_fail_nomem(err);
		n = vv_read_full(r->fd, patch.data + patch.len, PATCH_PIECE, r->name, err);
		if (n < 0) return (vv_status)n;
		patch.len += (size_t)n;
		if (!vv_patch_is_git(patch.data, patch.len)) return seek_patch(r, 0, err);
	} while (n > 0);
	*out = true;
	rc = vv_apply_git(r->repo, patch.data, patch.len, &o->how, &r->said, err);
	r->paths = 1;
	return rc;
}

static vv_status run_apply(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(run) r = {
		.o = o, .fd = -1, .files = {.env = vv_environ(), .progress = c->progress}};
	uint64_t strip = 0;
	bool git = false;
	vv_status rc;

	(void)read_strip(o, &strip); /* looked at by check_apply */
	r.files.strip = (unsigned)strip;
	if ((rc = find_repository(&r, c, err)) < 0 || (rc = open_patch(&r, c->argv[0], err)) < 0 ||
	    (rc = apply_as_git(&r, c, &git, err)) < 0) {
		return rc;
	}
	if (!git && (c->argc == 1 || (rc = take_file(&r, c->argv[1], err)) == VV_OK)) {
		rc = vv_way_back_close(r.back, apply_patch(&r, err), err);
	}
	if (rc == VV_OK && !o->quiet) {
		vv_out_bytes(vv_buf_cstr(&r.said), r.said.len);
		if (r.paths == 0) {
			vv_out("nothing to do: the patch is empty\n");
		}
	}
	c->code = r.rejected > 0 || (r.index && r.indexed.conflicts > 0) ? VV_EXIT_NO : VV_EXIT_OK;
	return rc;
}

const vv_command vv_cmd_apply = {
	.name = "apply",
	.group = "change",
	.summary = "apply a patch to tables",
	.usage = "[--check] [--reverse] [--reject | --exact | --3way] [--cached] [-p N] PATCH "
		 "[FILE]",
	.example = "$ varve diff --format patch v1 v2 > prices.patch\n"
		   "$ varve restore --source v1 prices.csv\n"
		   "$ varve apply prices.patch\n"
		   "prices.csv: 1 row changed, 1 row removed",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes =
		"the patch does not fit (with --reject: not all of it), or --3way left conflicts",
	.arguments = "path",
	.takes = "a patch ('-': standard input), and optionally the file to apply it to",
	.least = 1,
	.most = 2,
	.rules = option_rules,
	.check = check_apply,
	.needs = VV_NEEDS_PROGRESS,
	.run = run_apply,
	.conflict_is_no = true,
};
