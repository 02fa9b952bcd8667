/*
 * fixture: repositories for the tests of the library, and tables whose every cell is known.
 */
#ifndef VV_TESTS_UNIT_PUBLIC_FIXTURE_H
#define VV_TESTS_UNIT_PUBLIC_FIXTURE_H

#include "tests/unit/repo/git_fixture.h"

#include "varve/varve.h"

/* Runs a command of varve with these words, separated by single spaces, in a process of its own in the current folder. */
void varve(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A repository of varve in the current folder, opened with the environment of the test. */
varve_repo *begin_repo(void);

/* Fails with the message when rc is negative; fails when rc is another than wanted. */
#define works(rc, e) expects_code((rc), 0, (e), __FILE__, __LINE__)
#define fails_as(rc, wanted, e) expects_code((rc), (wanted), (e), __FILE__, __LINE__)
void expects_code(int rc, int wanted, const varve_error *e, const char *file, int line);

varve_version *version_of(varve_repo *repo, const char *word);
varve_table *table_of(varve_repo *repo, const char *word);
varve_filter *filter_of(const char *text);

/* A cell that was put into a file. */
typedef struct known_cell {
	const char *text;
	size_t len;
	uint8_t state;
} known_cell;

/* What is in a file: id (integer, unique, sorted), note (string with quotes and line ends), price (number, spelled in many
 * ways), day (date), flag (boolean), code (string). All but id may be missing. */
#define KNOWN_COLUMNS 6u
extern const char *const known_names[KNOWN_COLUMNS + 1];
typedef struct known {
	size_t rows;
	known_cell *cells; /* KNOWN_COLUMNS for each row */
	int format;        /* enum varve_format */
} known;

known known_random(vv_prng *r, size_t rows, int format);
/* Some rows changed, some removed, some added; no key occurs twice. */
known known_edited(vv_prng *r, const known *k, unsigned one_in);
void known_write(const known *k, const char *path);
void known_free(known *k);

/* datapackage.json, which describes these files in their folder: types and key. */
void known_describe(const char *const *paths, size_t count);

static inline const known_cell *known_at(const known *k, size_t row, size_t column)
{
	return &k->cells[row * KNOWN_COLUMNS + column];
}

/* Bytes that a varve_write_fn gathered: the payload is a vv_buf. */
int gather(void *payload, const void *bytes, size_t len, varve_error *err);

#endif
