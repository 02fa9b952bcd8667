/*
 * version: finds versions by words, for callers of the library.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "dataset/table/bytes_encoded.h"
#include "lib/documents/reader.h"
#include "lib/handles.h"
#include "lib/names/content.h"
#include "lib/worktree/add_plan.h"
#include "repo/git/blob.h"
#include "repo/git/history/revision.h"
#include "repo/git/index/index.h"
#include "repo/git/tree.h"

VV_AUTO_FREE(varve_versions, varve_versions_free)

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* ---- facts ---- */

static vv_status root_facts(varve_version *v, vv_repository *r, vv_error *err)
{
	vv_auto(vv_root) root = {0};
	vv_store *store;
	vv_status rc;

	if ((rc = vv_repository_store(r, &store, err)) == VV_OK &&
	    (rc = vv_root_load(&root, store, &v->subject.root, err)) == VV_OK) {
		v->facts.here = true;
		v->facts.bytes = vv_root_file_bytes(&root);
		if (root.kind == VV_KIND_TABLE) {
			v->facts.table = true;
			v->facts.rows = root.rows;
		}
	}
	return rc == VV_EMISSING ? VV_OK : rc;
}

/* For a dataset, whose root may be elsewhere, the pointer's facts; for other blobs their size. */
static vv_status blob_facts(varve_version *v, vv_repository *r, vv_error *err)
{
	vv_content c = v->subject.content;
	vv_status rc;

	if (!c.there) { /* not a pointer in the work tree */
		if (vv_oid_is_null(&v->subject.blob)) return VV_OK;
		rc = vv_content_read(&c, r, 0100644, &v->subject.blob, err);
		if (rc < 0) return rc;
	}
	v->facts.bytes = c.bytes;
	if (c.stored && c.table) {
		v->facts.table = true;
		v->facts.rows = c.rows;
		v->facts.columns = c.columns;
	}
	return VV_OK;
}

static void file_facts(varve_version *v)
{
	struct stat st;

	/* of a link, those of the file that is read */
	if (v->subject.file && !v->subject.is_dataset && stat(v->subject.file, &st) == 0) {
		v->facts.bytes = (uint64_t)st.st_size;
	}
}

static vv_status set_facts(varve_version *v, vv_repository *r, vv_error *err)
{
	const vv_subject *s = &v->subject;
	const char *name = s->path ? s->path : s->file;
	varve_version_facts *f = &v->facts;
	vv_status rc = VV_OK;

	f->from = (int32_t)s->from;
	if (s->table && s->path && !(v->name = vv_subject_name(s))) return vv_fail_nomem(err);
	f->path = or_empty(v->name ? v->name : s->path);
	f->stored = s->is_dataset;
	f->broken = vv_subject_is_broken(s, VV_IGNORED);
	/* the pointer and the root of a dataset show whether it is a table */
	f->table = s->table || (name && !s->is_dataset && vv_add_looks_like_table(name));
	if (r && s->path && !f->table && !s->is_dataset) {
		rc = vv_add_is_text_table(r, s->path, &f->table, err);
	}
	f->bytes = f->rows = f->columns = VARVE_UNKNOWN;
	if (s->from == VV_FROM_COMMIT) {
		vv_oid_text(v->commit, &s->commit);
	}
	if (!vv_oid_is_null(&s->blob)) {
		vv_oid_text(v->blob, &s->blob);
	}
	if (s->is_dataset) {
		vv_cid_text(v->cid, &s->root);
	}
	f->commit = v->commit;
	f->blob = v->blob;
	f->cid = v->cid;
	if (rc == VV_OK && r && !f->broken) {
		rc = blob_facts(v, r, err);
	}
	if (rc == VV_OK && r && s->is_dataset) {
		rc = root_facts(v, r, err);
	}
	file_facts(v);
	return rc;
}

/* ---- finding ---- */

typedef struct wanted {
	const char *revision,
		*path;      /* of a repository; revision NULL: the work tree; ":": the index */
	const char *word;   /* a CID; NULL */
	const char *file;   /* in the file system; NULL */
	const vv_oid *blob; /* Git's, of path; NULL */
} wanted;

static vv_status find_in_work_tree(varve_version *v, vv_session *s, const char *path, vv_error *err)
{
	char *file;

	if (vv_repository_is_bare(s->repo)) {
		return vv_fail(err, VV_EUSAGE,
			       "a bare repository has no files: '%s'\n"
			       "name a version: 'HEAD:%s'",
			       path, path);
	}
	if (!(file = vv_repository_file(s->repo, path))) return vv_fail_nomem(err);
	vv_free(v->text);
	v->text = file;
	return vv_subject_find(&v->subject, s->repo, s->reader, &(vv_version_name){.file = file},
			       err);
}

static vv_status find_wanted(varve_version *v, vv_session *s, const wanted *w, vv_error *err)
{
	vv_version_name name = {.path = v->text, .blob = w->blob};
	vv_oid commit;
	vv_status rc;

	if (w->word) {
		v->subject.text = v->text;
		v->subject.from = VV_FROM_CID;
		v->subject.is_dataset = true;
		return vv_cid_parse(&v->subject.root, w->word, strlen(w->word), err);
	}
	if (w->file) {
		name = (vv_version_name){.file = v->text};
	} else if (!w->blob && !w->revision) {
		return find_in_work_tree(v, s, w->path, err);
	} else if (!w->blob && strcmp(w->revision, ":") != 0) {
		if ((rc = vv_session_commit(s, w->revision, &commit, err)) < 0) return rc;
		name.commit = &commit;
	}
	return vv_subject_find(&v->subject, s ? s->repo : NULL, s ? s->reader : NULL, &name, err);
}

static void free_version(varve_version *v)
{
	if (v) {
		vv_subject_clear(&v->subject);
		vv_core_drop(v->core);
		vv_free_all(v->text, v->name, v);
	}
}
VV_AUTO_FREE(varve_version, free_version)

static vv_status make_version(varve_version **out, vv_core *core, const wanted *w, vv_error *err)
{
	vv_auto(varve_version) *v = vv_calloc(1, sizeof(*v));
	const char *text;

	if (w->word) {
		text = w->word;
	} else if (w->file) {
		text = w->file;
	} else {
		text = w->path;
	}
	vv_session *s = NULL;
	vv_status rc;

	*out = NULL;
	if (!v) return vv_fail_nomem(err);
	v->core = vv_core_keep(core);
	if (!(v->text = vv_strdup(text))) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_session_take(&s, core, err)) == VV_OK &&
		   (rc = find_wanted(v, s, w, err)) == VV_OK) {
		v->inside = v->subject.repo || w->word;
		vv_session_alone(s);
		rc = set_facts(v, v->inside ? s->repo : NULL, err);
	}
	v->subject.repo = NULL;
	v->subject.reader = NULL;
	vv_session_give(s);
	return rc < 0 ? rc : vv_hand_over(out, &v);
}

int varve_version_find(varve_version **out, varve_repo *repo, const char *word, varve_error *err)
{
	const char *colon = vv_subject_colon(word);
	wanted w = {.path = word};
	vv_auto(char) *revision = NULL;
	vv_error e;
	vv_cid cid;
	vv_status rc = VV_OK;

	if (!colon && strlen(word) == VV_CID_TEXT &&
	    vv_cid_parse(&cid, word, VV_CID_TEXT, &e) == VV_OK) {
		w.word = word;
	} else if (colon == word) {
		w.revision = ":";
		w.path = word + 1;
	} else if (colon) {
		revision = vv_strndup(word, (size_t)(colon - word));
		rc = revision ? VV_OK : vv_fail_nomem(&e);
		w.revision = revision;
		w.path = colon + 1;
	}
	*out = NULL;
	if (rc == VV_OK) {
		rc = make_version(out, repo->core, &w, &e);
	}
	return vv_give(err, rc, &e);
}

int varve_version_at(varve_version **out, varve_repo *repo, const char *revision, const char *path,
		     varve_error *err)
{
	const wanted w = {.revision = revision, .path = path};
	vv_error e;

	return vv_give(err, make_version(out, repo->core, &w, &e), &e);
}

vv_status vv_version_of_blob(varve_version **out, vv_core *core, const char *path,
			     const vv_oid *blob, vv_error *err)
{
	const wanted w = {.path = path, .blob = blob};

	return make_version(out, core, &w, err);
}

int varve_version_file(varve_version **out, varve_repo *repo, const char *file, varve_error *err)
{
	const wanted w = {.file = file};
	vv_error e;

	return vv_give(err, make_version(out, repo ? repo->core : NULL, &w, &e), &e);
}

void varve_version_free(varve_version *version)
{
	free_version(version);
}

const varve_version_facts *varve_version_info(const varve_version *version)
{
	return &version->facts;
}

/* ---- bytes ---- */

vv_status vv_version_subject(vv_subject *out, vv_session **session, const varve_version *v,
			     const char *text, vv_error *err)
{
	vv_status rc = vv_subject_dup(out, &v->subject, text, err);

	*session = NULL;
	if (rc == VV_OK && v->inside && (rc = vv_session_take(session, v->core, err)) == VV_OK) {
		out->repo = (*session)->repo;
		out->reader = (*session)->reader;
	}
	return rc;
}

/* A part of the bytes received in order. */
typedef struct part {
	vv_writing to;
	uint64_t at, from, end;
	const vv_progress *progress;
} part;

static vv_status put_part(void *payload, const void *bytes, size_t len, vv_error *err)
{
	part *p = payload;
	uint64_t skip = p->from > p->at ? p->from - p->at : 0,
		 upto = p->end > p->at ? p->end - p->at : 0;

	p->at += len;
	upto = upto < len ? upto : len;
	return skip < upto ? vv_writing_put(&p->to, (const char *)bytes + skip,
					    (size_t)(upto - skip), err)
			   : VV_OK;
}

/* A piece of the range itself. */
static vv_status put_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	part *p = payload;
	vv_status rc = vv_progress_part(p->progress, "reading bytes", p->at, p->end - p->from, err);

	p->at += len;
	return rc < 0 ? rc : vv_writing_put(&p->to, bytes, len, err);
}

static vv_status write_range(vv_subject *s, part *p, vv_error *err)
{
	vv_auto(vv_table) t = {0};
	vv_status rc = vv_dataset_open_stored(&t, s->repo, &s->root, err);

	if (rc == VV_OK) {
		const vv_bytes_options whole = {.progress = p->progress, .old_fd = -1};
		const uint64_t size = vv_root_file_bytes(&t.root),
			       end = p->end < size ? p->end : size;

		p->end = end > p->from ? end : p->from; /* progress counts the bytes that exist */

		/* where a part of the text is in the file is only known from its beginning on */
		rc = t.root.dialect.encoding[0]
			     ? vv_table_file(&t, put_part, p, &whole, err)
			     : vv_table_range(&t, p->from, p->end - p->from, put_piece, p, err);
	}
	return rc;
}

int varve_version_write(const varve_version *version, uint64_t offset, uint64_t len,
			varve_write_fn write, void *payload, const varve_watch *watch,
			varve_error *err)
{
	part p = {.to = {write, payload},
		  .from = offset,
		  .end = len > UINT64_MAX - offset ? UINT64_MAX : offset + len};
	vv_watched watched;
	vv_session *session;
	vv_auto(vv_subject) s = {0};
	vv_error e;
	vv_status rc = vv_version_subject(&s, &session, version, version->text, &e);

	if (rc == VV_OK) {
		rc = vv_watched_begin(&p.progress, &watched, watch, &e);
	}
	if (rc == VV_OK && s.is_dataset && !s.table && (offset > 0 || len < UINT64_MAX)) {
		rc = write_range(&s, &p, &e);
	} else if (rc == VV_OK) {
		rc = vv_subject_bytes(&s, put_part, &p, p.progress, &e);
	}
	vv_subject_clear(&s); /* it uses the session's repository and reader */
	vv_session_give(session);
	return vv_give(err, rc, &e);
}

/* ---- all versions of a revision ---- */

struct varve_versions {
	varve_repo repo;
	char *revision;
	vv_name_list paths;
	vv_string_list names; /* of files, sorted */
	size_t at, table_at;
	bool documents;
	vv_string_list tables; /* of the document that was given last */
	varve_version *now;
	vv_first_failure failed;
};

static vv_status keep_name(varve_versions *list, const char *path, vv_error *err)
{
	bool inside = !list->paths.items;

	for (size_t i = 0; i < list->paths.count && !inside; i++) {
		inside = vv_path_below(list->paths.items[i], path) != NULL;
	}
	return inside ? vv_string_list_add(&list->names, vv_strdup(path), err) : VV_OK;
}

static vv_status keep_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	return (e->mode & S_IFMT) == S_IFREG ? keep_name(payload, e->path, err) : VV_OK;
}

static vv_status list_index(varve_versions *list, vv_session *s, vv_error *err)
{
	const vv_index *x;
	vv_status rc = vv_dataset_reader_index(s->reader, &x, err);

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(x, &e);) {
		if (e.stage == 0 && (e.mode & S_IFMT) == S_IFREG) {
			rc = keep_name(list, e.path, err);
		}
	}
	return rc;
}

static vv_status list_names(varve_versions *list, const varve_versions_options *o, vv_error *err)
{
	vv_auto(vv_session) *s = NULL;
	vv_oid commit;
	vv_status rc = vv_session_take(&s, list->repo.core, err);

	list->revision = vv_strdup(o->revision ? o->revision : ":");
	if (rc == VV_OK && !list->revision) {
		rc = vv_fail_nomem(err);
	}
	if (rc == VV_OK && (rc = vv_names_take(&list->paths, o->paths, err)) == VV_OK) {
		if (strcmp(list->revision, ":") == 0) {
			rc = list_index(list, s, err);
		} else if ((rc = vv_session_commit(s, list->revision, &commit, err)) == VV_OK) {
			/* the branch may move while the list is read */
			vv_free(list->revision);
			list->revision = vv_strdup(vv_oid_shows(&commit));
			rc = list->revision
				     ? vv_tree_each(s->repo, &commit, "", keep_entry, list, err)
				     : vv_fail_nomem(err);
		}
	}
	return rc;
}

int varve_versions_open(varve_versions **out, varve_repo *repo,
			const varve_versions_options *options, varve_error *err)
{
	vv_auto(varve_versions) *list = vv_calloc(1, sizeof(*list));
	varve_versions_options o;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if (!list) return vv_give(err, vv_fail_nomem(&e), &e);
	list->repo.core = vv_core_keep(repo->core);
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) == VV_OK) {
		list->documents = o.documents;
		rc = list_names(list, &o, &e);
	}
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &list), &e);
}

/* The tables of the current version, if it is a document that a reader opens. */
static vv_status keep_tables(varve_versions *list, vv_error *err)
{
	vv_auto(vv_session) *s = NULL;
	vv_auto(vv_subject) subject = {0};
	vv_auto(vv_subject_document) d = {0};
	vv_status rc = vv_version_subject(&subject, &s, list->now, list->now->text, err);
	bool is = false;

	vv_string_list_clear(&list->tables);
	list->table_at = 0;
	if (rc < 0 || !s || subject.is_dataset ||
	    !vv_document_is_name(s->repo, vv_repository_env(s->repo), subject.path) ||
	    vv_subject_document_open(&d, &is, &subject, VV_IGNORED) < 0) {
		return rc;
	}
	for (size_t i = 0; is && i < d.document.count; i++) {
		const vv_document_table *t = &d.document.tables[i];

		if (!t->beside && (rc = vv_string_list_add(
					   &list->tables,
					   vv_asprintf("%s#%s", subject.path, t->name), err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

int varve_versions_next(varve_versions *list, const varve_version_facts **facts, varve_error *err)
{
	vv_first_failure *failed = &list->failed;
	vv_status rc = VV_OK;
	vv_error e;

	varve_version_free(list->now);
	list->now = NULL;
	if (failed->rc == 0 && list->table_at < list->tables.count) {
		failed->rc = varve_version_at(&list->now, &list->repo, list->revision,
					      list->tables.items[list->table_at++], &failed->why);
	} else if (failed->rc == 0 && list->at < list->names.count) {
		failed->rc = varve_version_at(&list->now, &list->repo, list->revision,
					      list->names.items[list->at++], &failed->why);
		if (failed->rc == 0 && list->documents) {
			rc = keep_tables(list, &e);
		}
	}
	const int more = vv_give_next(err, failed, rc < 0 ? (int)rc : list->now != NULL, &e);
	*facts = more > 0 ? &list->now->facts : NULL;
	return more;
}

int varve_versions_take(varve_version **out, varve_versions *list, varve_error *err)
{
	vv_error e;

	*out = list->now;
	list->now = NULL;
	return *out ? 0
		    : vv_give(err,
			      vv_fail(&e, VV_EUSAGE,
				      "the cursor has no version: none was returned, or its "
				      "handle was already made"),
			      &e);
}

void varve_versions_free(varve_versions *list)
{
	if (list) {
		vv_string_list_clear(&list->names);
		vv_string_list_clear(&list->tables);
		varve_version_free(list->now);
		vv_names_clear(&list->paths);
		vv_free(list->revision);
		vv_core_drop(list->repo.core);
		vv_free(list);
	}
}
