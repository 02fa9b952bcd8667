/*
 * condition_words: the text of a condition as words, numbers, texts and signs. For this room alone.
 */
#ifndef VV_DATASET_FILTER_CONDITION_WORDS_H
#define VV_DATASET_FILTER_CONDITION_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "dataset/filter/condition.h"

typedef enum vv_token_type {
	VV_TOKEN_END,
	VV_TOKEN_NAME,
	VV_TOKEN_QUOTED,
	VV_TOKEN_STRING,
	VV_TOKEN_NUMBER,
	VV_TOKEN_SIGN
} vv_token_type;

typedef struct vv_token {
	vv_token_type type;
	size_t at, end;   /* in the text */
	const char *text; /* names and strings without quotes; signs as they are */
	size_t len;
} vv_token;

typedef struct vv_tokens {
	const char *text;
	size_t len, pos;
	vv_token now;
	const vv_condition_how *how;
	vv_arena *arena; /* of decoded texts */
	vv_error *err;
} vv_tokens;

/* What is wrong at a byte of the text, with the word that it is about (NULL: none): VV_EINPUT. */
vv_status vv_tokens_fail(const vv_tokens *p, size_t at, const char *what, const char *word,
			 size_t len);
vv_status vv_tokens_next(vv_tokens *p);
/* A word, in small or capital letters; a sign. */
bool vv_token_is_word(const vv_token *t, const char *word);
bool vv_token_is_sign(const vv_token *t, const char *sign);
/* Is it a '-' that belongs to the number after it? */
bool vv_tokens_at_negative(const vv_tokens *p);

#endif
