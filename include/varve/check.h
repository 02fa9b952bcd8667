/*
 * varve/check.h: validates data against its schema, the project's rules and its previous version.
 *
 * Invalid data is not an error: the call returns 0, and the report has findings. A negative code means that the check
 * could not run.
 */
#ifndef VARVE_CHECK_H
#define VARVE_CHECK_H

#include "varve/base.h"
#include "varve/repo.h"

VARVE_BEGIN

/* The result of a check: findings and counts. */
typedef struct varve_report varve_report;

/* Flags for varve_check_options.flags. */
enum varve_check_flag {
	VARVE_CHECK_NEW_ONLY = 1 << 0, /* leave out findings that base has, too */
	VARVE_CHECK_NO_CACHE = 1 << 1, /* ignore results of earlier checks */
	/* data with warnings is invalid, too (varve_report_counts.valid) */
	VARVE_CHECK_WARNINGS = 1 << 2
};

/* Options of a check. */
typedef struct varve_check_options {
	size_t size;
	uint32_t flags; /* enum varve_check_flag */
	uint32_t reserved;
	/* a Table Schema, as JSON, instead of the table's own; NULL: the schema of the stored version, or, for a text
	 * file, the schema that a datapackage.json beside it has for the file */
	const char *schema;
	/* varve_check_revision: files or folders to check, ended by NULL; NULL: all tables */
	const char *const *paths;
	const varve_watch *watch;
	/* varve_check_revision can check parts of one table of a commit on several machines: paths has only the path of
	 * the table, and the revision is a commit; else the call fails with VARVE_EUSAGE. parts is the number of parts,
	 * and part is the number of the part to check, from 0. parts 0: check the whole table. The report on a part has
	 * no findings; varve_report_share returns the result of the part. One last call, with parts 0, receives these
	 * results in `results`, checks keys and references to other tables, and makes the report. */
	uint32_t part, parts;
	/* for the last call: the results of the parts, made with the same commit and base. A result for different
	 * content, schema or rules is not used; the last call then checks the rows of this part itself. */
	const varve_text *results;
	size_t result_count;
} varve_check_options;

/* Checks a text file, in several threads; of a data package (datapackage.json), all its files. The file need not be a
 * valid table: every fault of its structure is a finding. If the same folder has a datapackage.json that describes the
 * file, this description is used. file is absolute, or relative to the working directory. repo, whose cache is used, may
 * be NULL. VARVE_ENOTFOUND: no such file; VARVE_EINPUT: the path is a folder. */
VARVE_API int varve_check_file(varve_report **out, varve_repo *repo, const char *file,
			       const varve_check_options *options, varve_error *err);

/* Checks the tables of a revision, and compares them with the tables of base, another revision. revision NULL: the work
 * tree; ":": the index. base NULL: the revision's first parent, or, for the work tree and the index, HEAD; base "":
 * compare with nothing. VARVE_ENOTFOUND: no such revision or path; VARVE_EUSAGE: revision is NULL, and the repository
 * is bare. */
VARVE_API int varve_check_revision(varve_report **out, varve_repo *repo, const char *revision,
				   const char *base, const varve_check_options *options,
				   varve_error *err);

/* A finding: invalid data. */
typedef struct varve_finding {
	const char *rule; /* the code of the rule: "type-error", "primary-key" ... */
	bool error;       /* false: a warning */
	bool known; /* the project's rules accept the finding: it is not counted as an error or warning */
	const char *path;     /* the path of the table or file */
	uint64_t line;        /* the line of the file; 0: the finding is not about a line */
	uint64_t row;         /* VARVE_UNKNOWN: the finding is not about a row */
	const char *column;   /* the column's name; "": the finding is about a whole row or table */
	varve_text value;     /* the text of the cell, which may contain any byte */
	const char *message;  /* "is not an integer" */
	const char *probably; /* the likely meaning of the value: "a missing value"; or "" */
} varve_finding;

/* Returns the i-th of the findings that the report keeps, from 0, borrowed from the report; NULL: i is not less than
 * varve_report_counts.kept. A report counts all findings, but keeps only some if there are many. */
VARVE_API const varve_finding *varve_report_finding(const varve_report *report, uint64_t i);

/* Counts of a report. */
typedef struct varve_report_counts {
	/* no errors; with VARVE_CHECK_WARNINGS, or with "failOn": "warning" in varve.json, also no warnings */
	bool valid;
	uint64_t errors;   /* all errors, without known findings */
	uint64_t warnings; /* all warnings, without known findings */
	/* known findings: the project accepts them, or, with VARVE_CHECK_NEW_ONLY, base has them, too */
	uint64_t known;
	uint64_t kept;   /* findings that the report keeps for varve_report_finding */
	uint64_t tables; /* tables that were checked */
} varve_report_counts;

/* Returns the counts of the report, borrowed from the report. */
VARVE_API const varve_report_counts *varve_report_info(const varve_report *report);

/* Returns the result of the check of a part, for varve_check_options.results. Borrowed from the report. The result can be
 * empty: the last call then checks the part's rows itself. */
VARVE_API varve_text varve_report_share(const varve_report *report);

/* Passes the report, in a format, to write(): "text", "json", "junit", "sarif", "github", "gitlab", "markdown" or
 * "html". VARVE_EUSAGE: the format is unknown. */
VARVE_API int varve_report_write(varve_report *report, const char *format, varve_write_fn write,
				 void *payload, varve_error *err);
VARVE_API void varve_report_free(varve_report *report);

/* A list of verdicts on the versions of tables in a history. The rules are those of the work tree, or, in a bare
 * repository, those of the revision. */
typedef struct varve_check_history varve_check_history;

/* The verdict of one rule, or of all rules, on one version of a table. */
typedef struct varve_check_verdict {
	const char *commit; /* the id of the commit */
	const char *author; /* the author's name */
	int64_t time;       /* the author's time, in seconds since 1970 */
	const char *path;   /* the path of the table */
	/* the code of the rule. "": the verdict is on the whole version; the verdicts of single rules follow */
	const char *rule;
	/* the name of a rule that the project wrote, or its condition if it has no name; "": a built-in rule */
	const char *name;
	const char *column;  /* the column that the verdict is about; or "" */
	const char *message; /* the message of one of the findings; or "" */
	bool error;          /* false: a warning */
	bool applies;        /* false: the version does not have all columns of the rule */
	uint64_t found;      /* findings, without accepted ones */
	uint64_t accepted;   /* findings that the project accepts */
} varve_check_verdict;

/* Checks all versions of tables in a revision and its line of first parents, and makes the list of verdicts, oldest
 * first. revision NULL: HEAD. The verdicts on each commit are cached. Only the options paths, watch and
 * VARVE_CHECK_NO_CACHE are used. VARVE_ENOTFOUND: no such revision. */
VARVE_API int varve_check_history_open(varve_check_history **out, varve_repo *repo,
				       const char *revision, const varve_check_options *options,
				       varve_error *err);
/* Returns the i-th verdict, from 0; NULL: i is not less than the number of verdicts. The struct is overwritten by the
 * next call with the same history; its texts are valid until the history is freed. */
VARVE_API const varve_check_verdict *varve_check_history_at(varve_check_history *history,
							    uint64_t i);
VARVE_API void varve_check_history_free(varve_check_history *history);

VARVE_END
#endif
