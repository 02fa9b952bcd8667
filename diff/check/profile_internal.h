/*
 * profile_internal: what is noted of each column.
 */
#ifndef VV_DIFF_CHECK_PROFILE_INTERNAL_H
#define VV_DIFF_CHECK_PROFILE_INTERNAL_H

#include "base/arena.h"
#include "dataset/schema/infer.h"
#include "diff/check/profile.h"

#define PROFILE_WORDS 20u    /* of an enumeration at most */
#define PROFILE_WORD_LEN 80u /* bytes of each at most */
#define PROFILE_STRANGERS 3u /* words that contradict the type and are taken for missing */

typedef struct profile_word {
	const char *text; /* in the profile's arena */
	size_t len;
	uint64_t count;
} profile_word;

typedef struct profile_column {
	uint64_t missing, values;
	profile_word words[PROFILE_WORDS];
	size_t word_count;
	bool many_words; /* more different values than that, or long ones */
	profile_word strangers[PROFILE_STRANGERS];
	size_t stranger_count;
	bool strange;         /* values contradict the type, and no few words are to blame */
	bool not_number;      /* one of them is no number either */
	uint64_t least, most; /* characters of the longest and the shortest text */
	bool lower, upper, digit,
		other; /* letters and digits met; other: anything that no code has */
	bool mark[4];  /* - . _ / met */
	bool negative, above_one;
	bool literal;    /* a JSON literal was met */
	vv_infer narrow; /* strings: of the values that are no word for "missing" */
	bool not_narrow; /* more such words than a few */
} profile_column;

struct vv_profile {
	vv_table *t;
	vv_arena arena;
	profile_column *columns;
	size_t *key;
	size_t key_count; /* 0: no key, or one that does not hold */
	bool failed;      /* memory ended while values were noted */
};

/* The type that all values have, but for the strangers. */
vv_type profile_type(const profile_column *c, const vv_field *f);

/* Do a few words stand for missing values that the schema does not know of? */
bool profile_has_strangers(const profile_column *c, const vv_field *f);

/* A few words that stand for everything in the column? */
bool profile_is_enum(const profile_column *c);

#endif
