/*
 * words: the commands of varve for words of other tools, and of plain English.
 */
#ifndef VV_CMD_VARVE_WORDS_H
#define VV_CMD_VARVE_WORDS_H

#include <stdbool.h>

#include "base/text.h"
#include "cmd/frame/tool.h"

/* Prints the command line for the word, filled with the words after it; `typed` is how the user wrote it.
 * Returns false if the word is unknown. */
bool vv_words_answer(const vv_tool *tool, const char *word, const char *typed, int argc,
		     char **argv);

/* The same for a word that may be misspelled: prints nothing, and returns false, if words would be left out. */
bool vv_words_answer_whole(const vv_tool *tool, const char *word, const char *typed, int argc,
			   char **argv);

/* Returns the command line for a word of other tools, "varve restore FILE" for
 * "undo", or explains it: "varve help TOPIC". The text is constant. Returns NULL if the word is unknown. */
const char *vv_word_does(const char *word);

/* Tries all known words. Returns the nearest one, if it is nearer than all words tried before; else NULL. */
const char *vv_words_near(const char *word, vv_nearest *near);

#endif
