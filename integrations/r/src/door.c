/* The functions of libvarve for R: each opens what it needs, returns R's values, and frees everything, also if R jumps out. */
#include "door.h"

#include <stdlib.h>
#include <string.h>

#include <R_ext/Rdynload.h>
#include <R_ext/Utils.h>

static void door_close(void *payload)
{
	door *d = payload;

	for (size_t i = 0; i < d->batch_count; i++) {
		if (d->batches[i].release) {
			d->batches[i].release(&d->batches[i]);
		}
	}
	free(d->batches);
	if (d->schema.release) {
		d->schema.release(&d->schema);
	}
	if (d->stream.release) {
		d->stream.release(&d->stream);
	}
	varve_arrow_status_free(d->status);
	varve_report_free(d->report);
	varve_blame_free(d->blame);
	varve_log_free(d->log);
	varve_txn_free(d->txn);
	varve_filter_free(d->where);
	for (int i = 0; i < 2; i++) {
		varve_table_free(d->table[i]);
		varve_version_free(d->version[i]);
	}
	varve_repo_free(d->repo);
}

static SEXP door_work(void *payload)
{
	door *d = payload;

	return d->work(d);
}

static SEXP door_run(SEXP (*work)(door *d), SEXP args)
{
	door d;

	memset(&d, 0, sizeof(d));
	d.work = work;
	d.args = args;
	return R_ExecWithCleanup(door_work, &d, door_close, &d);
}

static SEXP text_of(const char *text)
{
	return Rf_mkCharCE(text ? text : "", CE_UTF8);
}

/* A list with these names. */
static SEXP named_list(const char *const *names, size_t count)
{
	SEXP list = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t)count));
	SEXP its = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)count));

	for (size_t i = 0; i < count; i++) {
		SET_STRING_ELT(its, (R_xlen_t)i, Rf_mkChar(names[i]));
	}
	Rf_setAttrib(list, R_NamesSymbol, its);
	UNPROTECT(2);
	return list;
}

SEXP door_failure(door *d)
{
	static const char *const names[] = {"code", "message", "hint", "hint_name", "hint_args"};
	const char *args[3] = {"", "", ""}, *name = varve_error_hint(&d->err, args);
	SEXP list = PROTECT(named_list(names, 5));
	SEXP its = PROTECT(Rf_allocVector(STRSXP, 3));

	for (int i = 0; i < 3; i++) {
		SET_STRING_ELT(its, i, text_of(args[i]));
	}
	SET_VECTOR_ELT(list, 0, Rf_mkString(varve_code_name(d->err.code)));
	SET_VECTOR_ELT(list, 1, Rf_ScalarString(text_of(d->err.message)));
	SET_VECTOR_ELT(list, 2, Rf_ScalarString(text_of(d->err.hint)));
	SET_VECTOR_ELT(list, 3, Rf_ScalarString(text_of(name)));
	SET_VECTOR_ELT(list, 4, its);
	Rf_setAttrib(list, R_ClassSymbol, Rf_mkString("varve_failure"));
	UNPROTECT(2);
	return list;
}

SEXP door_fail(door *d, int code, const char *message)
{
	varve_error_set(&d->err, code, message);
	return door_failure(d);
}

/*
 * Arguments: the R side has checked their types. A NULL of R is a NULL here.
 */
static SEXP arg(const door *d, int n)
{
	return VECTOR_ELT(d->args, n);
}

static const char *arg_text(const door *d, int n)
{
	SEXP given = arg(d, n);

	if (Rf_isNull(given)) return NULL;
	return Rf_translateCharUTF8(STRING_ELT(given, 0));
}

static int arg_int(const door *d, int n)
{
	return Rf_asInteger(arg(d, n));
}

/* Texts, ended by NULL, in memory that R frees after the call. */
static const char *const *arg_texts(const door *d, int n)
{
	SEXP given = arg(d, n);

	if (Rf_isNull(given)) return NULL;
	size_t count = (size_t)Rf_xlength(given);
	const char **texts = (const char **)(void *)R_alloc(count + 1, sizeof(*texts));
	for (size_t i = 0; i < count; i++) {
		texts[i] = Rf_translateCharUTF8(STRING_ELT(given, (R_xlen_t)i));
	}
	texts[count] = NULL;
	return texts;
}

/* Ctrl-C in R ends the call. */
static void interrupt_check(void *unused)
{
	(void)unused;
	R_CheckUserInterrupt();
}

static int watch_progress(void *payload, const varve_progress *p)
{
	(void)payload;
	(void)p;
	return !R_ToplevelExec(interrupt_check, NULL);
}

static const varve_watch *watch(void)
{
	static varve_watch w = VARVE_INIT(varve_watch);

	w.progress = watch_progress;
	return &w;
}

static int repo_open(door *d, int n)
{
	varve_repo_options how = VARVE_INIT(varve_repo_options);
	const char *path = arg_text(d, n);

	how.flags = VARVE_OPEN_ENVIRON | VARVE_OPEN_LAZY;
	if (strstr(path, "://")) {
		how.flags |= VARVE_OPEN_URL;
	}
	return varve_repo_open(&d->repo, path, &how, &d->err);
}

/* The table of a path in a revision; NULL: the work tree. */
static int table_open(door *d, int i, const char *revision, const char *path)
{
	varve_table_options how = VARVE_INIT(varve_table_options);
	int rc = varve_version_at(&d->version[i], d->repo, revision, path, &d->err);

	how.watch = watch();
	return rc < 0 ? rc : varve_table_open(&d->table[i], d->version[i], &how, &d->err);
}

static int where_parse(door *d, int n)
{
	const char *text = arg_text(d, n);

	return text ? varve_filter_parse(&d->where, text, NULL, 0, &d->err) : 0;
}

/* repo, path, rev, columns, where, misfit, text */
static SEXP read_work(door *d)
{
	varve_rows_options rows = VARVE_INIT(varve_rows_options);
	varve_arrow_options how = VARVE_INIT(varve_arrow_options);
	static const char *const names[] = {"frame", "schema", "misfits"};
	varve_arrow_counts counts;

	if (repo_open(d, 0) < 0 || table_open(d, 0, arg_text(d, 2), arg_text(d, 1)) < 0) {
		return door_failure(d);
	}
	rows.columns = arg_texts(d, 3);
	if (where_parse(d, 4) < 0) return door_failure(d);
	rows.where = d->where;
	rows.watch = watch();
	how.rows = &rows;
	how.misfit = arg_int(d, 5);
	how.flags = arg_int(d, 6) ? VARVE_ARROW_TEXT : 0;
	if (varve_table_arrow(&d->stream, &d->status, d->table[0], &how, &d->err) < 0) {
		return door_failure(d);
	}
	SEXP frame = PROTECT(door_frame(d));
	if (Rf_inherits(frame, "varve_failure")) {
		UNPROTECT(1);
		return frame;
	}
	varve_arrow_status_get(&counts, d->status, &d->err);
	SEXP list = PROTECT(named_list(names, 3));
	SET_VECTOR_ELT(list, 0, frame);
	SET_VECTOR_ELT(list, 1, Rf_ScalarString(text_of(varve_table_info(d->table[0])->schema)));
	SET_VECTOR_ELT(list, 2, Rf_ScalarReal((double)counts.misfits));
	UNPROTECT(2);
	return list;
}

/* repo, path, from, to, what, where */
static SEXP diff_work(door *d)
{
	varve_diff_options diff = VARVE_INIT(varve_diff_options);
	varve_diff_arrow_options how = VARVE_INIT(varve_diff_arrow_options);

	if (repo_open(d, 0) < 0 || table_open(d, 0, arg_text(d, 2), arg_text(d, 1)) < 0 ||
	    table_open(d, 1, arg_text(d, 3), arg_text(d, 1)) < 0 || where_parse(d, 5) < 0) {
		return door_failure(d);
	}
	diff.where = d->where;
	diff.watch = watch();
	how.diff = &diff;
	how.what = arg_int(d, 4);
	how.misfit = VARVE_MISFIT_NULL;
	if (varve_diff_arrow(&d->stream, &d->status, d->table[0], d->table[1], &how, &d->err) < 0) {
		return door_failure(d);
	}
	return door_frame(d);
}

/* repo, path, frame, message, mode, columns, key, expect */
static SEXP write_work(door *d)
{
	varve_txn_options opening = VARVE_INIT(varve_txn_options);
	varve_put_arrow_options put = VARVE_INIT(varve_put_arrow_options);
	static const char *const names[] = {"commit",  "added", "removed",
					    "changed", "cells", "warnings"};
	varve_arrow_changes changes = {0, 0, 0, 0};
	const char *message = arg_text(d, 3), *path = arg_text(d, 1);
	char id[VARVE_ID_SIZE] = "";
	int rc;

	put.mode = arg_int(d, 4);
	put.columns = arg_int(d, 5);
	put.key = arg_texts(d, 6);
	put.expect = arg_text(d, 7);
	opening.watch = watch();
	if (repo_open(d, 0) < 0 || varve_txn_open(&d->txn, d->repo, &opening, &d->err) < 0) {
		return door_failure(d);
	}
	if (door_stream(&d->stream, arg(d, 2), d) < 0) return door_failure(d);
	rc = varve_txn_put_arrow(&changes, d->txn, path, &d->stream, &put, &d->err);
	d->stream.release = NULL; /* it was released */
	if (rc < 0) return door_failure(d);
	if (message) {
		rc = varve_txn_commit(id, d->txn, message, NULL, &d->err);
	} else {
		rc = varve_txn_stage(d->txn, &d->err);
	}
	if (rc < 0 && rc != VARVE_ENOCHANGE) return door_failure(d);
	SEXP list = PROTECT(named_list(names, 6));
	SET_VECTOR_ELT(list, 0, Rf_ScalarString(id[0] ? text_of(id) : NA_STRING));
	SET_VECTOR_ELT(list, 1, Rf_ScalarReal((double)changes.added));
	SET_VECTOR_ELT(list, 2, Rf_ScalarReal((double)changes.removed));
	SET_VECTOR_ELT(list, 3, Rf_ScalarReal((double)changes.changed));
	SET_VECTOR_ELT(list, 4, Rf_ScalarReal((double)changes.cells));
	SET_VECTOR_ELT(list, 5, Rf_ScalarString(text_of(varve_txn_warnings(d->txn))));
	UNPROTECT(1);
	return list;
}

/* Columns that grow: rows of a list whose length is not known before. */
static void columns_grow(SEXP list, R_xlen_t rows)
{
	for (R_xlen_t i = 0; i < Rf_xlength(list); i++) {
		SET_VECTOR_ELT(list, i, Rf_xlengthgets(VECTOR_ELT(list, i), rows));
	}
}

/* repo, path, range, limit */
static SEXP log_work(door *d)
{
	varve_log_options how = VARVE_INIT(varve_log_options);
	static const char *const names[] = {"commit", "author", "mail", "time", "subject"};
	const char *paths[2] = {arg_text(d, 1), NULL};
	const varve_commit *c;
	R_xlen_t room = 64, n = 0;
	int more;

	how.range = arg_text(d, 2);
	how.limit = (uint64_t)Rf_asReal(arg(d, 3));
	how.paths = paths[0] ? paths : NULL;
	if (repo_open(d, 0) < 0 || varve_log_open(&d->log, d->repo, &how, &d->err) < 0) {
		return door_failure(d);
	}
	SEXP list = PROTECT(named_list(names, 5));
	for (int i = 0; i < 5; i++) {
		SET_VECTOR_ELT(list, i, Rf_allocVector(i == 3 ? REALSXP : STRSXP, room));
	}
	while ((more = varve_log_next(d->log, &c, &d->err)) > 0) {
		if (n == room) {
			room *= 2;
			columns_grow(list, room);
		}
		if (n % 1000 == 999) {
			R_CheckUserInterrupt();
		}
		SET_STRING_ELT(VECTOR_ELT(list, 0), n, text_of(c->id));
		SET_STRING_ELT(VECTOR_ELT(list, 1), n, text_of(c->author));
		SET_STRING_ELT(VECTOR_ELT(list, 2), n, text_of(c->author_mail));
		REAL(VECTOR_ELT(list, 3))[n] = (double)c->author_time;
		SET_STRING_ELT(VECTOR_ELT(list, 4), n,
			       Rf_mkCharLenCE(c->message, (int)strcspn(c->message, "\n"), CE_UTF8));
		n++;
	}
	if (more == 0) {
		columns_grow(list, n);
	}
	UNPROTECT(1);
	return more < 0 ? door_failure(d) : list;
}

/* repo, path, rev, cells */
static SEXP blame_work(door *d)
{
	varve_blame_options how = VARVE_INIT(varve_blame_options);
	const char *path = arg_text(d, 1), *revision = arg_text(d, 2);

	how.flags = arg_int(d, 3) ? VARVE_BLAME_CELLS : 0;
	how.revision = revision;
	how.watch = watch();
	if (repo_open(d, 0) < 0 || table_open(d, 0, revision, path) < 0 ||
	    varve_blame_open(&d->blame, d->repo, path, &how, &d->err) < 0) {
		return door_failure(d);
	}
	const varve_table_facts *facts = varve_table_info(d->table[0]);
	size_t columns = arg_int(d, 3) ? facts->columns : 1;
	SEXP list = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t)columns));
	SEXP names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)columns));
	for (size_t c = 0; c < columns; c++) {
		SEXP ids = Rf_allocVector(STRSXP, (R_xlen_t)facts->rows);
		SET_VECTOR_ELT(list, (R_xlen_t)c, ids);
		SET_STRING_ELT(names, (R_xlen_t)c,
			       arg_int(d, 3) ? text_of(varve_table_column(d->table[0], c)->name)
					     : Rf_mkChar("commit"));
		for (uint64_t r = 0; r < facts->rows; r++) {
			const char *id = varve_blame_commit(d->blame, r, c);
			SET_STRING_ELT(ids, (R_xlen_t)r, id ? text_of(id) : NA_STRING);
		}
	}
	Rf_setAttrib(list, R_NamesSymbol, names);
	UNPROTECT(2);
	return list;
}

/* A text that may hold any byte: what is not UTF-8 is shown as \xDF. */
static SEXP text_of_bytes(varve_text t)
{
	if (memchr(t.data ? t.data : "", 0, t.len) || t.len > INT32_MAX) {
		return Rf_mkChar("(bytes)");
	}
	return Rf_mkCharLenCE(t.data ? t.data : "", (int)t.len, CE_UTF8);
}

/* repo, path, rev, base */
static SEXP check_work(door *d)
{
	varve_check_options how = VARVE_INIT(varve_check_options);
	static const char *const names[] = {"path", "rule",   "error", "known",   "line",
					    "row",  "column", "value", "message", "counts"};
	static const SEXPTYPE types[] = {STRSXP,  STRSXP, LGLSXP, LGLSXP, REALSXP,
					 REALSXP, STRSXP, STRSXP, STRSXP, REALSXP};
	const varve_finding *f;

	how.paths = arg_texts(d, 1);
	how.watch = watch();
	if (repo_open(d, 0) < 0 || varve_check_revision(&d->report, d->repo, arg_text(d, 2),
							arg_text(d, 3), &how, &d->err) < 0) {
		return door_failure(d);
	}
	const varve_report_counts *counts = varve_report_info(d->report);
	SEXP list = PROTECT(named_list(names, 10));
	for (int i = 0; i < 10; i++) {
		SET_VECTOR_ELT(list, i,
			       Rf_allocVector(types[i], i == 9 ? 5 : (R_xlen_t)counts->kept));
	}
	for (R_xlen_t i = 0; (f = varve_report_finding(d->report, (uint64_t)i)); i++) {
		SET_STRING_ELT(VECTOR_ELT(list, 0), i, text_of(f->path));
		SET_STRING_ELT(VECTOR_ELT(list, 1), i, text_of(f->rule));
		LOGICAL(VECTOR_ELT(list, 2))[i] = f->error;
		LOGICAL(VECTOR_ELT(list, 3))[i] = f->known;
		REAL(VECTOR_ELT(list, 4))[i] = f->line == 0 ? NA_REAL : (double)f->line;
		REAL(VECTOR_ELT(list, 5))
		[i] = f->row == VARVE_UNKNOWN ? NA_REAL : (double)f->row + 1;
		SET_STRING_ELT(VECTOR_ELT(list, 6), i,
			       f->column[0] ? text_of(f->column) : NA_STRING);
		SET_STRING_ELT(VECTOR_ELT(list, 7), i, text_of_bytes(f->value));
		SET_STRING_ELT(VECTOR_ELT(list, 8), i, text_of(f->message));
	}
	double *sums = REAL(VECTOR_ELT(list, 9));
	sums[0] = counts->valid;
	sums[1] = (double)counts->errors;
	sums[2] = (double)counts->warnings;
	sums[3] = (double)counts->known;
	sums[4] = (double)counts->tables;
	UNPROTECT(1);
	return list;
}

static SEXP varve_r_read(SEXP args)
{
	return door_run(read_work, args);
}
static SEXP varve_r_diff(SEXP args)
{
	return door_run(diff_work, args);
}
static SEXP varve_r_write(SEXP args)
{
	return door_run(write_work, args);
}
static SEXP varve_r_log(SEXP args)
{
	return door_run(log_work, args);
}
static SEXP varve_r_blame(SEXP args)
{
	return door_run(blame_work, args);
}
static SEXP varve_r_check(SEXP args)
{
	return door_run(check_work, args);
}

static const R_CallMethodDef calls[] = {{"varve_r_read", (DL_FUNC)varve_r_read, 1},
					{"varve_r_diff", (DL_FUNC)varve_r_diff, 1},
					{"varve_r_write", (DL_FUNC)varve_r_write, 1},
					{"varve_r_log", (DL_FUNC)varve_r_log, 1},
					{"varve_r_blame", (DL_FUNC)varve_r_blame, 1},
					{"varve_r_check", (DL_FUNC)varve_r_check, 1},
					{NULL, NULL, 0}};

void R_init_varve(DllInfo *info)
{
	R_registerRoutines(info, NULL, calls, NULL, NULL);
	R_useDynamicSymbols(info, FALSE);
	R_forceSymbols(info, TRUE);
}
