/*
 * varve/check.h: validates data against its schema, the project's rules and its previous version.
 *
 * Invalid data is not an error: the report has findings. A negative code means that the check could not run.
 */
#ifndef VARVE_CHECK_H
#define VARVE_CHECK_H

#include "varve/base.h"
#include "varve/repo.h"

VARVE_BEGIN

typedef struct varve_report varve_report;

enum varve_check_flag {
	VARVE_CHECK_NEW_ONLY = 1 << 0, /* findings that the base has too do not count */
	VARVE_CHECK_NO_CACHE = 1 << 1, /* ignore results of earlier checks */
	VARVE_CHECK_WARNINGS = 1 << 2  /* warnings count as errors in the verdict */
};

typedef struct varve_check_options {
	size_t size;
	uint32_t flags; /* enum varve_check_flag */
	uint32_t reserved;
	/* varve_check_file: Table Schema as JSON, instead of the file's own; NULL: the file's own */
	const char *schema;
	const char *const *
		paths; /* varve_check_revision: files or folders, ended by NULL; NULL: all tables */
	const varve_watch *watch;
	/* varve_check_revision of one table, on several machines: part, from 0, of this number of parts (0: the whole table).
	 * Its report has no findings; varve_report_share returns the notes on the part's row groups, for `results` of the check
	 * that makes the verdict. That check examines keys and other tables. */
	uint32_t part, parts;
	/* Results of parts, of the same commit and base. One of different content, schema or rules is ignored, and its groups
	 * are checked again. */
	const varve_text *results;
	size_t result_count;
} varve_check_options;

/* Checks a text file, in parallel. The file need not be a valid table: every fault of its structure is a finding. The
 * datapackage.json beside it describes it. repo may be NULL. */
VARVE_API int varve_check_file(varve_report **out, varve_repo *repo, const char *file,
			       const varve_check_options *options, varve_error *err);

/* Checks the tables of a revision (NULL: the work tree) against base (NULL: its first parent, or HEAD for the work tree;
 * "": nothing). */
VARVE_API int varve_check_revision(varve_report **out, varve_repo *repo, const char *revision,
				   const char *base, const varve_check_options *options,
				   varve_error *err);

typedef struct varve_finding {
	const char *rule; /* its code: "type-error", "primary-key" ... */
	bool error;       /* false: a warning */
	bool known;       /* the base has it too, or it is accepted */
	const char *path;
	uint64_t line;        /* of the file; 0: none */
	uint64_t row;         /* VARVE_UNKNOWN: none */
	const char *column;   /* "" for a finding about the row or the table */
	varve_text value;     /* data of the cell; may contain any byte */
	const char *message;  /* "is not an integer" */
	const char *probably; /* the likely meaning of the value: "a missing value"; or "" */
} varve_finding;

/* A finding that the report keeps. NULL: i is too large. */
VARVE_API const varve_finding *varve_report_finding(const varve_report *report, uint64_t i);

typedef struct varve_report_counts {
	bool valid;
	uint64_t errors; /* all, kept or not */
	uint64_t warnings;
	uint64_t known;
	uint64_t kept; /* number of findings for varve_report_finding */
	uint64_t tables;
} varve_report_counts;

/* Counts of the report. */
VARVE_API const varve_report_counts *varve_report_info(const varve_report *report);

/* The notes of a part's check; borrowed from the report. If they are empty, the check that makes the verdict reads the
 * part's groups. */
VARVE_API varve_text varve_report_share(const varve_report *report);

/* Writes the report in a format: "text", "json", "junit", "sarif", "github", "gitlab", "markdown" or "html". */
VARVE_API int varve_report_write(varve_report *report, const char *format, varve_write_fn write,
				 void *payload, varve_error *err);
VARVE_API void varve_report_free(varve_report *report);

/* Each version of a table, judged by the rules of the work tree (of the revision, in a bare repository). */
typedef struct varve_check_history varve_check_history;

typedef struct varve_check_verdict {
	const char *commit; /* 40 digits */
	const char *author;
	int64_t time; /* of the author, seconds since 1970 */
	const char *path;
	const char *rule; /* its code; "" for the version itself, which comes before its findings */
	const char *name; /* of a rule of varve.checks; "" for others */
	const char *column;  /* or "" */
	const char *message; /* of one finding; or "" */
	bool error;          /* false: a warning */
	bool applies;        /* false: the version does not have the columns of the rule */
	uint64_t found;      /* findings that count */
	uint64_t accepted;   /* findings that do not */
} varve_check_verdict;

/* Checks all versions along the first parents of a revision (NULL: HEAD), oldest first. Verdicts of commits are kept. Uses
 * only the options paths, watch and VARVE_CHECK_NO_CACHE. */
VARVE_API int varve_check_history_open(varve_check_history **out, varve_repo *repo,
				       const char *revision, const varve_check_options *options,
				       varve_error *err);
/* The i-th verdict, borrowed from the history; NULL at the end. */
VARVE_API const varve_check_verdict *varve_check_history_at(varve_check_history *history,
							    uint64_t i);
VARVE_API void varve_check_history_free(varve_check_history *history);

VARVE_END
#endif
