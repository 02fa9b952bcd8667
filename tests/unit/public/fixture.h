/*
 * fixture: makes repositories for the tests of the library, and tables whose cells the tests know.
 */
#ifndef VV_TESTS_UNIT_PUBLIC_FIXTURE_H
#define VV_TESTS_UNIT_PUBLIC_FIXTURE_H

#include "tests/unit/repo/git_fixture.h"

#include "varve/varve.h"

/* Runs the command init, add or commit of varve in a process of its own, in the current folder. fmt
 * makes the words of the command line, separated by single spaces. Fails the test if the command
 * fails. */
void varve(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Makes a repository of varve (git_begin), and opens it with the environment of the test. The
 * caller closes it. */
varve_repo *begin_repo(void);

/* works fails the test, with the message of e, unless rc is 0. fails_as fails the test unless rc is
 * wanted and e has this code and a message. */
#define works(rc, e) expects_code((rc), 0, (e), __FILE__, __LINE__)
#define fails_as(rc, wanted, e) expects_code((rc), (wanted), (e), __FILE__, __LINE__)
void expects_code(int rc, int wanted, const varve_error *e, const char *file, int line);

/* Return a version, a table or a filter, which the caller frees. Fail the test if there is none. */
varve_version *version_of(varve_repo *repo, const char *word);
varve_table *table_of(varve_repo *repo, const char *word);
varve_filter *filter_of(const char *text);

/* A cell of a file. The text is owned. */
typedef struct known_cell {
	const char *text;
	size_t len;
	uint8_t state;
} known_cell;

/* The content of a file. Its columns are id (integer, unique, ascending), note (string, also with
 * quotes and line ends), price (number, in many spellings, and "n/a"), day (date), flag (boolean)
 * and code (string). All columns except id have empty cells, or null in JSON. */
#define KNOWN_COLUMNS 6u
extern const char *const known_names[KNOWN_COLUMNS + 1];
typedef struct known {
	size_t rows;
	known_cell *cells; /* KNOWN_COLUMNS for each row */
	int format;        /* enum varve_format */
} known;

/* Returns a file of random rows; the caller frees it with known_free. */
known known_random(vv_prng *r, size_t rows, int format);
/* Returns a copy of k with random edits, about one for each `one_in` rows: a changed cell, a
 * removed row or an added row. Ids stay unique and ascending. The caller frees it with
 * known_free. */
known known_edited(vv_prng *r, const known *k, unsigned one_in);
/* Writes the file, in the format k->format. */
void known_write(const known *k, const char *path);
void known_free(known *k);

/* Writes datapackage.json to the current folder. It has types and key of the count files
 * `paths`. */
void known_describe(const char *const *paths, size_t count);

/* Returns the cell at row and column, borrowed from k. */
static inline const known_cell *known_at(const known *k, size_t row, size_t column)
{
	return &k->cells[row * KNOWN_COLUMNS + column];
}

/* A varve_write_fn that appends the bytes to its payload, a vv_buf. */
int gather(void *payload, const void *bytes, size_t len, varve_error *err);

#endif
