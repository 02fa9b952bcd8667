/*
 * meant_line: makes a command line that can be pasted of a hint that only names the right word.
 */
#ifndef VV_CMD_FRAME_MEANT_LINE_H
#define VV_CMD_FRAME_MEANT_LINE_H

#include "base/error.h"

/* If the hint is "did you mean 'prices.csv'?", and the message has the wrong word in quotes ("no file
 * matches 'price.csv'"), which is in exactly one of the words that the user typed after the command's
 * name, appends the command line: "'varve diff prices.csv' does it". Otherwise leaves err unchanged. */
void vv_meant_line(vv_error *err, const char *command, int argc, char **argv);

/* If the error is about a word between others that means nothing, "with" of "compare a.csv with b.csv", sets the
 * hint to the line without such words; for "diff help", to 'varve help diff'. Else leaves err unchanged. */
void vv_meant_sentence(vv_error *err, const char *command, int argc, char **argv);

#endif
