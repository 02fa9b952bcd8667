/*
 * catalog: how errors of varve become those of SQLite.
 */
#include "cmd/sql/vtab/catalog.h"

#include <sqlite3ext.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "cmd/sql/vtab/error.h"

/* ---- commit: how a commit's texts outlive the log that lent them ---- */

SQLITE_EXTENSION_INIT3

typedef struct vv_sql_commit {
	struct vv_sql_commit *next;
	varve_commit of;
	char texts[];
} vv_sql_commit;

static unsigned digit_value(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10) & 15;
}

static vv_sql_commit **slot_of(vv_sql_commits *commits, const char *id)
{
	return &commits->slots[id[0] ? digit_value(id[0]) * 16 + digit_value(id[1]) : 0];
}

static vv_sql_commit *copy_commit(const varve_commit *from)
{
	const char *const texts[] = {from->id,        from->author,         from->author_mail,
				     from->committer, from->committer_mail, from->message};
	const char *copies[sizeof(texts) / sizeof(texts[0])];
	const size_t count = sizeof(texts) / sizeof(texts[0]);
	size_t size = 0;
	vv_sql_commit *c;

	vv_array_each(texts, count, text) {
		size += strlen(*text) + 1;
	}
	if (!(c = sqlite3_malloc64(sizeof(*c) + size))) return NULL;
	char *at = c->texts;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(texts[i]) + 1;

		copies[i] = memcpy(at, texts[i], len);
		at += len;
	}
	c->of = (varve_commit){.id = copies[0],
			       .author = copies[1],
			       .author_mail = copies[2],
			       .committer = copies[3],
			       .committer_mail = copies[4],
			       .author_time = from->author_time,
			       .commit_time = from->commit_time,
			       .author_offset = from->author_offset,
			       .commit_offset = from->commit_offset,
			       .message = copies[5]};
	return c;
}

int vv_sql_commits_get(const varve_commit **out, vv_sql_commits *commits, varve_repo *repo,
		       const char *id, varve_error *err)
{
	const varve_log_options how = {.size = sizeof(how), .range = id, .limit = 1};
	vv_sql_commit **slot = slot_of(commits, id), *c = *slot;
	const varve_commit *found;
	varve_log *log;
	int rc;

	while (c && strcmp(c->of.id, id) != 0) {
		c = c->next;
	}
	if (!c) {
		if ((rc = varve_log_open(&log, repo, &how, err)) < 0) return rc;
		rc = varve_log_next(log, &found, err);
		if (rc > 0 && !(c = copy_commit(found))) {
			rc = vv_sql_error_memory(err);
		} else if (rc == 0) {
			rc = vv_sql_error_format(err, VARVE_EMISSING,
						 "this repository does not have the commit %s", id);
		}
		varve_log_free(log);
		if (rc < 0) return rc;
		c->next = *slot;
		*slot = c;
	}
	*out = &c->of;
	return 0;
}

static void commits_clear(vv_sql_commits *commits)
{
	vv_array_each(commits->slots, VV_COMMIT_SLOTS, slot) {
		while (*slot) {
			vv_sql_commit *c = *slot;

			*slot = c->next;
			sqlite3_free(c);
		}
	}
}

/* ---- the catalog ---- */

SQLITE_EXTENSION_INIT3

#define ASK_EVERY_MS 20

/* Milliseconds since an arbitrary moment. */
static int64_t now_in_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* sqlite3_is_interrupted is only in SQLite 3.41 and later. Every SQLite refuses to prepare a blank while a statement that was
 * interrupted still runs, and does nothing else with it. */
static int is_interrupted(void *payload, const varve_progress *progress VV_UNUSED)
{
	vv_sql_catalog *c = payload;
	int64_t now = now_in_ms();
	sqlite3_stmt *none = NULL;

	if (now - c->asked_ms < ASK_EVERY_MS) return 0;
	c->asked_ms = now;
	return sqlite3_prepare_v2(c->db, " ", -1, &none, NULL) == SQLITE_INTERRUPT;
}

vv_sql_catalog *vv_sql_catalog_new(sqlite3 *db)
{
	vv_sql_catalog *c = sqlite3_malloc64(sizeof(*c));

	if (c) {
		*c = (vv_sql_catalog){.refs = 1, .db = db, .watch = VARVE_INIT(varve_watch)};
		c->watch.progress = is_interrupted;
		c->watch.payload = c;
	}
	return c;
}

vv_sql_catalog *vv_sql_catalog_keep(vv_sql_catalog *c)
{
	c->refs++;
	return c;
}

void vv_sql_catalog_drop(vv_sql_catalog *c)
{
	if (c && --c->refs == 0) {
		while (c->warnings) {
			vv_sql_warning *w = c->warnings;

			c->warnings = w->next;
			sqlite3_free(w);
		}
		commits_clear(&c->commits);
		varve_repo_free(c->repo);
		sqlite3_free(c);
	}
}

void vv_sql_catalog_cursor_opened(vv_sql_catalog *c)
{
	c->statement += c->cursors++ == 0;
}

void vv_sql_catalog_cursor_closed(vv_sql_catalog *c)
{
	if (--c->cursors > 0) return;
	while (c->kept) {
		vv_sql_kept *k = c->kept;

		c->kept = k->next;
		k->drop(k);
	}
}

vv_sql_warning *vv_sql_catalog_warning(vv_sql_catalog *c, int kind, const char *label,
				       const char *column, const char *type)
{
	size_t label_len = strlen(label) + 1, column_len = strlen(column) + 1;
	vv_sql_warning *w = c->warnings;

	while (w && (w->kind != kind || strcmp(w->label, label) != 0 ||
		     strcmp(w->column, column) != 0)) {
		w = w->next;
	}
	if (w) return w;
	w = sqlite3_malloc64(sizeof(*w) + label_len + column_len + strlen(type) + 1);
	if (w) {
		char *at = w->label + label_len;

		*w = (vv_sql_warning){.kind = kind,
				      .row = VARVE_UNKNOWN,
				      .column = memcpy(at, column, column_len),
				      .type = strcpy(at + column_len, type),
				      .next = c->warnings};
		memcpy(w->label, label, label_len);
		c->warnings = w;
	}
	return w;
}

void vv_sql_catalog_forget_warnings(vv_sql_catalog *c)
{
	c->expired = 0;
	for (vv_sql_warning *w = c->warnings; w; w = w->next) {
		w->count = 0;
		w->row = VARVE_UNKNOWN;
	}
}

int vv_sql_catalog_fail(vv_sql_catalog *c, const varve_error *err, char **message)
{
	c->trouble = *err;
	sqlite3_free(*message);
	/* as SQLite itself has it */
	*message = sqlite3_mprintf("%s",
				   err->code == VARVE_ECANCELLED ? "interrupted" : err->message);
	if (err->code == VARVE_ENOMEM) return SQLITE_NOMEM;
	if (err->code == VARVE_EIO) return SQLITE_IOERR;
	if (err->code == VARVE_ECANCELLED) return SQLITE_INTERRUPT;
	return SQLITE_ERROR;
}
