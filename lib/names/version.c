/*
 * version: how a word of the command line becomes a version to read.
 */
#include "lib/names/version.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/bytes.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/mem_sink.h"
#include "diff/rows/file_groups.h"
#include "lib/names/lfs.h"
#include "lib/names/near_file.h"
#include "lib/names/nearest_kept.h"
#include "lib/names/version_internal.h"
#include "lib/tables/dataset_import.h"
#include "repo/git/history/expired.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/known/gap.h"

void vv_subject_forget(vv_subject *s)
{
	vv_subject_blocks *own = &s->own;

	vv_subject_reading_free(own->reading);
	vv_keeping_end(own->keeping);
	vv_file_groups_free(own->groups);
	if (!own->lent) {
		vv_mem_sink_free(own->passing);
	}
	vv_scan_cache_free(own->raw);
	vv_store_close(own->kept);
	vv_free(own->types.items);
	*own = (vv_subject_blocks){.passing = NULL};
}

vv_status vv_subject_take_table(vv_subject *s, const char *table, vv_error *err)
{
	vv_subject_forget(s);
	return vv_text_set(&s->table, table, err);
}

void vv_subject_clear(vv_subject *s)
{
	vv_subject_forget(s);
	vv_free_all(s->path, s->table, s->file, s->lfs);
	memset(s, 0, sizeof(*s));
}

/* Is it the colon of a time, as in "yesterday 18:00" and "yesterday 18:00:prices.csv"? Names of refs have no blanks. */
static bool in_time(const char *text, const char *colon)
{
	return memchr(text, ' ', (size_t)(colon - text)) && strspn(colon + 1, "0123456789") == 2 &&
	       strchr(": ", colon[3]);
}

const char *vv_subject_colon(const char *text)
{
	unsigned depth = 0;

	for (const char *p = text; *p; p++) {
		if (*p == '{') {
			depth++;
		} else if (*p == '}' && depth > 0) {
			depth--;
		} else if (*p == ':' && depth == 0 && !in_time(text, p)) {
			return p;
		}
	}
	return NULL;
}

size_t vv_subject_file_len(const char *text)
{
	vv_auto(char) *document = vv_strdup(text);
	char *hash;

	while (document && !vv_exists(document) && (hash = strrchr(document, '#'))) {
		*hash = '\0';
	}
	return document && *document && vv_exists(document) ? strlen(document) : 0;
}

vv_status vv_subject_dup(vv_subject *out, const vv_subject *s, const char *text, vv_error *err)
{
	*out = *s;
	out->text = text;
	out->path = out->table = out->file = out->lfs = NULL;
	out->own = (vv_subject_blocks){.passing = NULL};
	if (vv_text_set(&out->path, s->path, err) < 0 ||
	    vv_text_set(&out->table, s->table, err) < 0 ||
	    vv_text_set(&out->file, s->file, err) < 0 || vv_text_set(&out->lfs, s->lfs, err) < 0) {
		vv_subject_clear(out);
		return VV_ENOMEM;
	}
	return VV_OK;
}

/* The path after the colon: from the top, or from here when it begins with "./". */
static vv_status tree_path(char **out, vv_repository *r, const char *path, vv_error *err)
{
	*out = vv_path_typed(path);
	if (!*out) return vv_fail_nomem(err);
	if (strncmp(*out, "./", 2) == 0 || strncmp(*out, "../", 3) == 0) {
		vv_free(vv_take(out));
		return vv_repository_relative(out, r, path, err);
	}
	for (size_t len = strlen(*out); len > 0 && (*out)[len - 1] == '/'; len--) {
		(*out)[len - 1] = '\0';
	}
	return VV_OK;
}

/* Replaces a pointer of Git LFS by the text that it names. */
static vv_status find_lfs(vv_subject *s, const vv_buf *text, vv_error *err)
{
	vv_status rc = vv_lfs_find(&s->lfs, s->repo, vv_buf_cstr(text), text->len, err);

	if (rc == VV_EMISSING) {
		vv_prefix(err, "%s", vv_text_shows(s->text));
	}
	return rc;
}

static void take_pointer(vv_subject *s, const vv_pointer *p)
{
	s->is_dataset = true;
	s->root = p->root;
	vv_content_of_pointer(&s->content, p);
}

/* A blob is a dataset when it is a pointer. */
static vv_status look_at_blob(vv_subject *s, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_pointer_blob_read(&b, &arena, s->repo, &s->blob, err)) < 0) return rc;
	s->content = (vv_content){.there = true, .file = true, .bytes = b.size};
	if (b.found == VV_OK) {
		take_pointer(s, &b.pointer);
	} else if (b.found == VV_EINPUT) {
		s->broken = b.why; /* one path of many: opening it reports the fault */
	} else if (b.found == VV_ENOSUPPORT) {
		(void)vv_error_copy(err, &b.why);
		return vv_prefix(err, "%s", vv_text_shows(s->text));
	} else if (b.size <= VV_LFS_POINTER_MAX &&
		   (rc = vv_blob_read(s->repo, &s->blob, VV_LFS_POINTER_MAX, &text, err)) ==
			   VV_OK) {
		rc = find_lfs(s, &text, err);
	}
	return rc;
}

char *vv_subject_name(const vv_subject *s)
{
	return vv_asprintf("%s%s%s", s->path, s->table ? "#" : "", s->table ? s->table : "");
}

/* No such path: is it DOCUMENT#TABLE? Then cuts the path at its last '#'. Repeated calls cut at the previous one: tables may
 * have a '#' in their names. */
static bool take_table(vv_subject *s, char *path)
{
	char *hash = path ? strrchr(path, '#') : NULL;

	if (!hash || hash == path || (!hash[1] && !s->table)) return false;
	char *table = vv_asprintf("%s%s%s", hash + 1, s->table ? "#" : "",
				  s->table ? s->table : "");
	vv_free(s->table);
	*hash = '\0';
	return (s->table = table) != NULL;
}

/* A near miss: the same path below the folder we are in. */
static void hint_here(vv_subject *s, const char *rev, vv_error *err)
{
	vv_auto(char) *here = NULL;
	vv_auto(vv_tree_entry) e = {0};

	if (vv_repository_relative(&here, s->repo, s->path, VV_IGNORED) == VV_OK &&
	    strcmp(here, s->path) != 0 &&
	    vv_tree_entry_at(s->repo, &s->commit, here, &e, VV_IGNORED) == VV_OK) {
		vv_hint(err,
			"paths are relative to the top of the repository: did you mean "
			"'%s:%s'?",
			vv_text_shows(rev), vv_text_shows(here));
	}
}

static vv_status fail_submodule(vv_subject *s, vv_error *err)
{
	s->no_table = true;
	return vv_fail(err, VV_EUSAGE, "'%s' is a submodule", vv_text_shows(s->text));
}

static vv_status fail_folder(vv_subject *s, vv_error *err)
{
	s->no_table = true;
	return vv_fail(err, VV_EUSAGE,
		       "'%s' is a folder\n"
		       "name a file in it",
		       vv_text_shows(s->text));
}

static vv_status find_in_commit(vv_subject *s, const char *rev, vv_error *err)
{
	vv_auto(char) *near = NULL;
	vv_auto(vv_tree_entry) e = {0};

	s->from = VV_FROM_COMMIT;
	vv_status rc = vv_tree_entry_at(s->repo, &s->commit, s->path, &e, err);
	while (rc == VV_ENOTFOUND && take_table(s, s->path)) {
		rc = vv_tree_entry_at(s->repo, &s->commit, s->path, &e, err);
	}
	if (rc == VV_ENOTFOUND) {
		vv_fail(err, rc, "'%s' is not in '%s'", vv_text_shows(s->path), vv_text_shows(rev));
		hint_here(s, rev, err);
		if ((near = vv_near_file(s->repo, &s->commit, s->path)) != NULL) {
			return vv_hint(err, "did you mean '%s'?", vv_text_shows(near));
		}
		return vv_hint_code(err, VV_HINT_LOG_PATH, s->path);
	}
	if (rc < 0) return rc;
	s->blob = e.id;
	if ((e.mode & S_IFMT) == S_IFREG) {
		rc = look_at_blob(s, err);
	} else if ((e.mode & S_IFMT) == S_IFDIR) {
		rc = fail_folder(s, err);
	} else if ((e.mode & S_IFMT) == S_IFLNK) {
		rc = VV_OK; /* its text is the link's target, as in git show */
	} else {
		rc = fail_submodule(s, err);
	}
	return rc;
}

static bool is_folder_in(const vv_index *x, const char *path)
{
	vv_index_entry e = {0};

	while (vv_index_next(x, &e)) {
		const char *below = vv_path_below(path, e.path);

		if (below && *below) return true;
	}
	return false;
}

/* stage: 0, or the base (1), our (2) or their (3) side of a conflict. */
static vv_status find_in_index(vv_subject *s, int stage, vv_error *err)
{
	static const char *const sides[] = {"", "the base", "our side", "their side"};
	const vv_index *x;
	vv_index_entry e;
	vv_status rc;

	s->from = VV_FROM_INDEX;
	if ((rc = vv_dataset_reader_index(s->reader, &x, err)) < 0) return rc;
	while (!vv_index_get_stage(x, s->path, stage, &e) && take_table(s, s->path)) {
	}
	if (!vv_index_get_stage(x, s->path, stage, &e)) {
		if (stage > 0) {
			rc = vv_fail(err, VV_ENOTFOUND,
				     "'%s' is not in conflict, or %s does not have it",
				     vv_text_shows(s->path), sides[stage]);
			vv_hint_code(err, VV_HINT_CONFLICTS);
		} else if (vv_index_is_unmerged(x, s->path)) {
			rc = vv_fail(err, VV_ENOTFOUND,
				     "'%s' is in conflict\nname one side: ':1:PATH' is the base, "
				     "':2:PATH' ours, ':3:PATH' theirs",
				     vv_text_shows(s->path));
		} else if (!s->table && is_folder_in(x, s->path)) {
			rc = fail_folder(s, err);
		} else {
			rc = vv_fail(err, VV_ENOTFOUND, "'%s' is not in the index",
				     vv_text_shows(s->path));
			vv_hint_code(err, VV_HINT_STATUS);
		}
		return rc;
	}
	if (!S_ISREG(e.mode) && !S_ISLNK(e.mode)) return fail_submodule(s, err);
	s->blob = e.id;
	return look_at_blob(s, err);
}

/* A pointer's text may be in the work tree in place of its table. */
static vv_status look_at_file(vv_subject *s, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_pointer p;
	vv_stat st;
	vv_status rc;

	s->on_disk = true;
	if ((rc = vv_lstat(&st, s->file, err)) < 0) return rc;
	if (st.size > VV_POINTER_MAX || !S_ISREG(st.mode)) return rc;
	if ((rc = vv_read_regular(&text, s->file, VV_POINTER_MAX, err)) < 0) return rc;
	if (!vv_pointer_looks_like(text.data, text.len)) {
		return s->repo ? find_lfs(s, &text, err) : VV_OK;
	}
	vv_pointer_tidy(&text);
	if ((rc = vv_pointer_read(&p, &arena, text.data, text.len, err)) < 0) {
		return vv_prefix(err, "%s", vv_text_shows(s->text));
	}
	take_pointer(s, &p);
	s->on_disk = false;
	return rc;
}

/* A file in conflict is a later version of the merge's table, or else of ours. */
static vv_status take_conflict_parent(vv_subject *s, const vv_index *x, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_index_entry e;
	vv_pointer p;
	vv_oid blob;
	bool is = false;
	vv_status rc = vv_conflict_merged(s->repo, x, s->path, &blob, err);

	if (rc == VV_ENOTFOUND) {
		if (!vv_index_get_stage(x, s->path, 2, &e) &&
		    !vv_index_get_stage(x, s->path, 3, &e)) {
			return VV_OK;
		}
		blob = e.id;
	} else if (rc < 0) {
		return rc;
	}
	rc = vv_dataset_reader_find_pointer(s->reader, &blob, &arena, &p, &is, err);
	if (is) {
		s->parent = p.root;
	}
	return rc;
}

/* Sets s->parent to the version in the index, and *is to true if that is the entry *e. */
static vv_status take_parent(vv_subject *s, vv_index_entry *e, bool *is, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const vv_index *x;
	vv_pointer p;
	vv_status rc;

	*is = false;
	if ((rc = vv_dataset_reader_index(s->reader, &x, err)) < 0) return rc;
	if (!vv_index_get(x, s->path, e)) return take_conflict_parent(s, x, err);
	rc = vv_dataset_reader_find_pointer(s->reader, &e->id, &arena, &p, is, err);
	if (*is) {
		s->parent = p.root;
	}
	return rc;
}

/* A file that equals the version in the index is read from the store. Otherwise that version
 * determines the schema and the dialect. */
static vv_status compare_with_index(vv_subject *s, vv_error *err)
{
	vv_index_entry e;
	vv_work_state state;
	bool is = false;
	vv_status rc = take_parent(s, &e, &is, err);

	if (rc < 0 || !is || s->edited) return rc;
	if ((rc = vv_dataset_reader_work_state(s->reader, s->path, &e.id, &e, &state, NULL, err)) <
	    0) {
		/* Faults for which add would refuse it are reported by the reader of the rows. */
		rc = rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOSUPPORT ||
				     rc == VV_ENOTFOUND /* the column of a declared key */
			     ? VV_OK
			     : rc;
	} else if (state == VV_WORK_SAME) {
		s->is_dataset = true;
		s->root = s->parent;
		s->blob = e.id;
	}
	return rc;
}

static vv_status not_there(vv_subject *s, vv_error *err)
{
	vv_oid commit;

	vv_fail(err, VV_ENOTFOUND, "no such file '%s'", vv_text_shows(s->text));
	if (s->repo && vv_file_at_hint(s->repo, s->text, ":", err)) return VV_ENOTFOUND;
	if (s->repo && vv_rev_commit(s->repo, s->text, &commit, VV_IGNORED) == VV_OK) {
		return vv_hint(err, "name a file of that version: '%s:PATH'",
			       vv_text_shows(s->text));
	}
	if (s->repo && s->path && vv_rev_commit(s->repo, "HEAD", &commit, VV_IGNORED) == VV_OK) {
		vv_auto(vv_tree_entry) e = {0};

		if (vv_tree_entry_at(s->repo, &commit, s->path, &e, VV_IGNORED) == VV_OK) {
			return vv_hint(err, "the last commit contains it: 'HEAD:%s'",
				       vv_text_shows(s->path));
		}
	}
	return s->repo ? vv_near_file_hint(s->repo, s->text, NULL, err) : VV_ENOTFOUND;
}

/* A path outside of the work tree may lead to a file of another repository. */
static vv_status hint_other(const vv_subject *s, vv_error *err)
{
	vv_auto(vv_repository) *other = NULL;
	vv_auto(char) *dir = vv_path_dir(s->text), *path = NULL;

	if (dir &&
	    vv_repository_open(&other, dir, vv_repository_env(s->repo), VV_IGNORED) == VV_OK &&
	    vv_repository_workdir(other) &&
	    vv_repository_relative(&path, other, s->text, VV_IGNORED) == VV_OK) {
		return vv_hint(err, "name a file of another repository as FOLDER#PATH: '%s#%s'",
			       vv_text_shows(vv_repository_workdir(other)), vv_text_shows(path));
	}
	return VV_EUSAGE;
}

static vv_status find_in_work(vv_subject *s, vv_error *err)
{
	vv_stat st;
	vv_status rc;

	s->from = VV_FROM_WORK;
	if (s->repo) {
		if (vv_repository_is_bare(s->repo)) {
			return vv_fail(err, VV_EUSAGE,
				       "a bare repository has no files: '%s'\n"
				       "name a version: 'HEAD:%s'",
				       vv_text_shows(s->text), vv_text_shows(s->text));
		}
		if ((rc = vv_repository_relative(&s->path, s->repo, s->text, err)) < 0) {
			return rc == VV_EUSAGE && *s->text ? hint_other(s, err) : rc;
		}
		s->file = vv_repository_file(s->repo, s->path);
	} else {
		s->file = vv_strdup(s->text);
	}
	if (!s->file) return vv_fail_nomem(err);
	rc = vv_lstat(&st, s->file, err);
	while (rc == VV_ENOTFOUND && take_table(s, s->file)) {
		if (s->path && strchr(s->path, '#')) {
			*strrchr(s->path, '#') = '\0';
		}
		rc = vv_lstat(&st, s->file, err);
	}
	if (rc == VV_ENOTFOUND) return not_there(s, err);
	if (rc == VV_OK && S_ISDIR(st.mode)) {
		return fail_folder(s, err);
	}
	return rc < 0 ? rc : look_at_file(s, err);
}

bool vv_subject_is_file(const vv_subject *s)
{
	return !s->is_dataset && !s->lfs && vv_cid_is_null(&s->parent);
}

vv_status vv_subject_settle(vv_subject *s, vv_error *err)
{
	if (s->from != VV_FROM_WORK || s->settled || s->is_dataset || !s->repo) return VV_OK;
	s->settled = true;
	return compare_with_index(s, err);
}

/* REV:PATH, :PATH, PATH or a CID. */
static vv_status find_word(vv_subject *s, const char *text, vv_error *err)
{
	const char *colon = vv_subject_colon(text);
	vv_status rc;

	s->text = text;
	if (strlen(text) == VV_CID_TEXT && !vv_exists(text) && s->repo &&
	    vv_cid_parse(&s->root, text, VV_CID_TEXT, err) == VV_OK) {
		s->from = VV_FROM_CID;
		s->is_dataset = true;
		return VV_OK;
	}
	memset(&s->root, 0, sizeof(s->root));
	if (!s->repo || !colon || vv_exists(text) || vv_path_is_absolute(text)) {
		return find_in_work(s, err);
	}
	if (colon == text) {
		/* ":0:PATH" is the long form of ":PATH"; 1 to 3 are the sides of a conflict */
		bool staged = text[1] >= '0' && text[1] <= '3' && text[2] == ':';

		rc = tree_path(&s->path, s->repo, text + (staged ? 3 : 1), err);
		if (rc < 0) return rc;
		return find_in_index(s, staged ? text[1] - '0' : 0, err);
	}
	vv_auto(char) *rev = vv_strndup(text, (size_t)(colon - text));
	if (!rev) return vv_fail_nomem(err);
	if ((rc = tree_path(&s->path, s->repo, colon + 1, err)) == VV_OK &&
	    (rc = vv_rev_commit(s->repo, rev, &s->commit, err)) == VV_OK) {
		rc = find_in_commit(s, rev, err);
	}
	return rc;
}

/* A file outside of the work tree is read as one without a repository. */
static vv_status find_file(vv_subject *s, const char *file, vv_error *err)
{
	vv_repository *repo = s->repo;
	vv_dataset_reader *reader = s->reader;
	vv_auto(char) *inside = NULL;

	s->text = file;
	if (repo && (vv_repository_is_bare(repo) ||
		     vv_repository_relative(&inside, repo, file, VV_IGNORED) < 0)) {
		s->repo = NULL;
		s->reader = NULL;
	}
	vv_status rc = find_in_work(s, err);
	if (rc == VV_OK && s->is_dataset) {
		/* a pointer at any place can name a version of this repository */
		s->repo = repo;
		s->reader = reader;
	}
	if (rc == VV_OK && s->is_dataset && !repo) {
		return vv_fail(err, VV_EINPUT,
			       "'%s' is a pointer of varve, not the table itself\n"
			       "run this inside its repository",
			       vv_text_shows(file));
	}
	return rc;
}

static vv_status find_path(vv_subject *s, const vv_version_name *name, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];

	s->text = name->shown ? name->shown : name->path;
	s->path = vv_strdup(name->path);
	if (!s->path) return vv_fail_nomem(err);
	if (!name->commit && !name->blob) return find_in_index(s, 0, err);
	s->from = VV_FROM_INDEX;
	if (name->commit) {
		s->from = VV_FROM_COMMIT;
		s->commit = *name->commit;
	}
	if (name->blob) {
		s->blob = *name->blob;
		return look_at_blob(s, err);
	}
	vv_oid_text(hex, name->commit);
	return find_in_commit(s, hex, err);
}

vv_status vv_subject_find(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			  const vv_version_name *name, vv_error *err)
{
	vv_status rc;

	s->repo = repo;
	s->reader = reader;
	if (name->word) {
		rc = find_word(s, name->word, err);
	} else if (name->file) {
		rc = find_file(s, name->file, err);
	} else {
		rc = find_path(s, name, err);
	}
	if (name->shown) { /* find_file needs the file's own path */
		s->text = name->shown;
	}
	return rc;
}

bool vv_subject_is_broken(const vv_subject *s, vv_error *err)
{
	if (s->broken.code == VV_OK || s->is_dataset) return false;
	if (err) {
		*err = s->broken;
	}
	vv_prefix(err, "%s", vv_text_shows(s->text));
	return true;
}

/* Which version failed; of one whose blocks are missing here also the command that gets them, or the
 * version that is nearest. */
static vv_status say_whose(const vv_subject *s, bool hints, vv_error *err)
{
	const char *colon = strchr(s->text, ':');
	vv_auto(vv_buf) rev = VV_BUF_INIT;

	if (hints && s->from == VV_FROM_COMMIT && s->path) {
		vv_nearest_kept_hint(s->repo, vv_oid_shows(&s->commit), s->path, err);
	}
	if (hints && err->gap && colon && colon > s->text) {
		if (strncmp(s->text, "index:", 6) == 0) { /* most likely the last commit's */
			vv_buf_puts(&rev, "HEAD");
		} else {
			vv_buf_put(&rev, s->text, (size_t)(colon - s->text));
		}
		if (s->path) {
			vv_nearest_kept_hint(s->repo, vv_buf_cstr(&rev), s->path, err);
		}
		if (err->gap != VV_GAP_EXPIRED) {
			vv_hint_code(err, VV_HINT_FETCH_DATA, vv_buf_cstr(&rev), colon + 1);
		}
	}
	return vv_prefix(err, "%s", vv_text_shows(s->text));
}

vv_status vv_subject_refuse_expired(const vv_subject *s, vv_error *err)
{
	vv_gap gap = VV_GAP_NONE;
	const vv_status rc = s->is_dataset ? vv_gap_of(&gap, s->repo, &s->root, err) : VV_OK;

	if (rc < 0 || gap != VV_GAP_EXPIRED) return rc;
	vv_expired_explain(s->repo, &s->root, err);
	(void)say_whose(s, true, err);
	return VV_EMISSING;
}

vv_status vv_subject_open(vv_subject *s, vv_table *out, const vv_subject_options *opts,
			  vv_error *err)
{
	vv_status rc;

	if ((rc = vv_subject_settle(s, err)) < 0) return rc;
	if (vv_subject_is_broken(s, err)) return VV_EINPUT;
	if (!s->is_dataset) return vv_subject_import(s, out, opts, err);
	rc = opts && opts->stored ? vv_dataset_open_stored(out, s->repo, &s->root, err)
				  : vv_dataset_open(out, s->repo, &s->root, err);
	if (rc == VV_EMISSING && s->on_disk) {
		/* The file exists here, only its stored form is missing. */
		return vv_subject_import(s, out, opts, err);
	}
	if (rc == VV_OK && out->root.kind == VV_KIND_FILE && s->path && !(opts && opts->whole) &&
	    (s->table || (opts && opts->unpack && vv_subject_is_packed(s)) ||
	     vv_document_is_name(s->repo, vv_repository_env(s->repo), s->path))) {
		vv_table_close(out);
		return vv_subject_import(s, out, opts, err);
	}
	return rc < 0 ? say_whose(s, !opts || !opts->one_of_many, err) : rc;
}

/* For a stored version: its text, or its file's bytes. */
static vv_status stored_bytes(vv_subject *s, bool text, vv_bytes_fn fn, void *payload,
			      const vv_progress *progress, vv_error *err)
{
	const vv_bytes_options how = {
		.pool = vv_dataset_reader_pool(s->reader), .progress = progress, .old_fd = -1};
	vv_auto(vv_table) t = {0};
	vv_status rc = vv_dataset_open_stored(&t, s->repo, &s->root, err);

	if (rc == VV_OK) {
		rc = text ? vv_table_bytes_with(&t, fn, payload, &how, err)
			  : vv_table_file(&t, fn, payload, &how, err);
	}
	return rc < 0 ? say_whose(s, true, err) : rc;
}

vv_status vv_subject_bytes(vv_subject *s, vv_bytes_fn fn, void *payload,
			   const vv_progress *progress, vv_error *err)
{
	if (vv_subject_is_broken(s, err)) return VV_EINPUT;
	if (s->table) return vv_subject_document_text(s, fn, payload, progress, err);
	return !s->is_dataset || s->on_disk ? vv_subject_plain_bytes(s, fn, payload, progress, err)
					    : stored_bytes(s, false, fn, payload, progress, err);
}

vv_status vv_subject_text(vv_subject *s, vv_bytes_fn fn, void *payload, const vv_progress *progress,
			  vv_error *err)
{
	vv_index_entry e;
	bool is;
	vv_status rc;

	if (vv_subject_is_broken(s, err)) return VV_EINPUT;
	if (s->table) return vv_subject_document_text(s, fn, payload, progress, err);
	if (s->is_dataset && !s->on_disk) return stored_bytes(s, true, fn, payload, progress, err);
	if (s->from == VV_FROM_WORK && s->reader && s->path && !s->lfs &&
	    vv_cid_is_null(&s->parent) && (rc = take_parent(s, &e, &is, err)) < 0) {
		return rc;
	}
	return s->from == VV_FROM_WORK && !s->lfs && !vv_cid_is_null(&s->parent)
		       ? vv_subject_plain_text(s, fn, payload, progress, err)
		       : vv_subject_plain_bytes(s, fn, payload, progress, err);
}

vv_status vv_subject_find_stored(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
				 const char *text, vv_error *err)
{
	vv_status rc = vv_subject_find(s, repo, reader, &(vv_version_name){.word = text}, err);

	if (rc < 0 || (rc = vv_subject_settle(s, err)) < 0 || s->is_dataset) return rc;
	return vv_fail(err, VV_EUSAGE,
		       "'%s' is not a stored version of a table\n"
		       "versions that were added and committed are named REV:PATH",
		       vv_text_shows(text));
}
