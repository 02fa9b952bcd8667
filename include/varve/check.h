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
	VARVE_CHECK_NEW_ONLY = 1 << 0, /* neither count nor keep findings that base has, too */
	VARVE_CHECK_NO_CACHE = 1 << 1, /* ignore results of earlier checks */
	VARVE_CHECK_WARNINGS = 1 << 2  /* warnings count as errors in the verdict */
};

typedef struct varve_check_options {
	size_t size;
	uint32_t flags; /* enum varve_check_flag */
	uint32_t reserved;
	/* varve_check_file: a Table Schema, as JSON; NULL: the schema that datapackage.json has for the file */
	const char *schema;
	/* varve_check_revision: files or folders to check, ended by NULL; NULL: all tables */
	const char *const *paths;
	const varve_watch *watch;
	/* varve_check_revision can check parts of one table on several machines. parts is the number of parts, part the
	 * number of the part to check, from 0. parts 0: check the whole table. The report on a part has no findings;
	 * varve_report_share returns its result. A last check, of the whole table, gets these results in `results`,
	 * examines keys and references to other tables, and makes the report. */
	uint32_t part, parts;
	/* the results of parts, of the same commit and base. A result for different content, schema or rules is
	 * ignored, and the last check then checks the part's rows itself. */
	const varve_text *results;
	size_t result_count;
} varve_check_options;

/* Checks a text file, in several threads. The file need not be a valid table: every fault of its structure is a
 * finding. A datapackage.json in the same folder describes the file. repo may be NULL. */
VARVE_API int varve_check_file(varve_report **out, varve_repo *repo, const char *file,
			       const varve_check_options *options, varve_error *err);

/* Checks the tables of a revision, and compares them with the tables of base. revision NULL: the work tree. base NULL:
 * the revision's first parent, or HEAD for the work tree; base "": compare with nothing. */
VARVE_API int varve_check_revision(varve_report **out, varve_repo *repo, const char *revision,
				   const char *base, const varve_check_options *options,
				   varve_error *err);

typedef struct varve_finding {
	const char *rule; /* the code of the rule: "type-error", "primary-key" ... */
	bool error;       /* false: a warning */
	bool known;       /* the project accepts the finding, so it does not count */
	const char *path;
	uint64_t line;        /* the line of the file; 0: the finding is not about a line */
	uint64_t row;         /* VARVE_UNKNOWN: the finding is not about a row */
	const char *column;   /* "" for a finding about the row or the table */
	varve_text value;     /* the text of the cell, which may contain any byte */
	const char *message;  /* "is not an integer" */
	const char *probably; /* the likely meaning of the value: "a missing value"; or "" */
} varve_finding;

/* The i-th finding that the report keeps. NULL: the report keeps i or fewer findings. */
VARVE_API const varve_finding *varve_report_finding(const varve_report *report, uint64_t i);

typedef struct varve_report_counts {
	bool valid;
	uint64_t errors;   /* errors that count, kept or not */
	uint64_t warnings; /* warnings that count, kept or not */
	/* findings that do not count: the project accepts them, or with VARVE_CHECK_NEW_ONLY, base has them, too */
	uint64_t known;
	uint64_t kept;   /* findings that varve_report_finding returns */
	uint64_t tables; /* tables that were checked */
} varve_report_counts;

/* The counts of the report. */
VARVE_API const varve_report_counts *varve_report_info(const varve_report *report);

/* The result of the check of a part, for varve_check_options.results. Borrowed from the report. If it is empty, the
 * last check checks the part's rows itself. */
VARVE_API varve_text varve_report_share(const varve_report *report);

/* Writes the report in a format: "text", "json", "junit", "sarif", "github", "gitlab", "markdown" or "html". */
VARVE_API int varve_report_write(varve_report *report, const char *format, varve_write_fn write,
				 void *payload, varve_error *err);
VARVE_API void varve_report_free(varve_report *report);

/* Verdicts on the versions of tables in a history, by the rules of the work tree or, in a bare repository, of the
 * revision. */
typedef struct varve_check_history varve_check_history;

typedef struct varve_check_verdict {
	const char *commit; /* 40 digits */
	const char *author;
	int64_t time; /* of the author, seconds since 1970 */
	const char *path;
	/* the code of the rule; "": a verdict on the whole version, before the verdicts of the rules on it */
	const char *rule;
	const char *name;    /* the name of a rule of varve.checks; "": a rule without a name */
	const char *column;  /* the column that the verdict is about; or "" */
	const char *message; /* the message of one of the findings; or "" */
	bool error;          /* false: a warning */
	bool applies;        /* false: the version lacks columns of the rule */
	uint64_t found;      /* findings that count */
	uint64_t accepted;   /* findings that do not count, since the project accepts them */
} varve_check_verdict;

/* Checks all versions along the first parents of a revision, oldest first. revision NULL: HEAD. The verdicts on each
 * commit are cached. Uses only the options paths, watch and VARVE_CHECK_NO_CACHE. */
VARVE_API int varve_check_history_open(varve_check_history **out, varve_repo *repo,
				       const char *revision, const varve_check_options *options,
				       varve_error *err);
/* The i-th verdict, borrowed from the history; NULL at the end. */
VARVE_API const varve_check_verdict *varve_check_history_at(varve_check_history *history,
							    uint64_t i);
VARVE_API void varve_check_history_free(varve_check_history *history);

VARVE_END
#endif
