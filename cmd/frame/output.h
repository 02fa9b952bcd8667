/*
 * output: everything that varve prints.
 *
 * Data on stdout (buffered, checked: a full disk is an error, exit 2, never silence; a
 * reader that disappears ends the command as SIGPIPE would), messages on stderr. Text from data, names and peers is escaped
 * before a terminal sees it: use vv_text_show / vv_out_text for all of it.
 */
#ifndef VV_CMD_FRAME_OUTPUT_H
#define VV_CMD_FRAME_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json/json_list.h"
#include "base/progress.h"

enum { VV_EXIT_OK = 0, VV_EXIT_NO = 1, VV_EXIT_TROUBLE = 2 };

void vv_out(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* stdout, as is */
void vv_out_bytes(const void *bytes,
		  /* stdout; on a terminal, control characters are escaped, as \\u0085 */
		  size_t len);
/* Prints the JSON, and a line end. VV_ENOMEM. */
vv_status vv_out_json(const vv_buf *json, vv_error *err);
/* Prints a JSON object with these members, indented by `indent` spaces for each level:
 * vv_out_object(2, err, {JSON_TEXT("path", path)}). */
#define vv_out_object(indent, err, ...) vv_out_members(indent, err, VV_JSON_LIST(__VA_ARGS__))
vv_status vv_out_members(unsigned indent, vv_error *err, const vv_json_entry *members,
			 size_t count);
/* stdout, unchanged even on a terminal: --raw */
void vv_out_raw(const void *bytes, size_t len);
void vv_out_flush(void); /* makes printed text visible now */ /* stdout, as is */
/* stdout, escaped */
void vv_out_text(const char *s, size_t len);
void vv_note(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* stderr line */
/* prints the line "warning: ..." on stderr */
void vv_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Sets the prefix of vv_report's messages: "varve: ". */
void vv_report_as(const char *prefix);
/* Prints "varve: message" and "hint: ..." on stderr. Returns the exit code for the status: 1 or
 * 2. */
int vv_report(const vv_error *err);
/* Does the same, but always returns 2: for commands without a negative answer. */
int vv_report_trouble(const vv_error *err);
/* Prints the message and "try 'varve help CMD'" on stderr. Returns 2. */
int vv_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Returns VV_EXIT_OK unless JSON is requested and the command lists nothing (lists is false):
 * then prints an error that names the command which lists, and returns its exit code. */
int vv_check_json(bool json, bool lists, const char *list_command);

/* Sets the command's name for usage errors. Borrowed. */
void vv_out_command(const char *name);

/* Flushes stdout. Returns the exit code: `code`, or 2 after printing a message if writing
 * failed. EPIPE prints no message: the reader has closed stdout. */
int vv_out_finish(int code);

/* For code that writes to stdout's descriptor itself, after a failure: checks whether the reader
 * has closed stdout, and if so records that as vv_out would. */
void vv_out_look_for_reader(void);

/* Ends output at the end of the program, as vv_out_finish; but if stdout's reader has closed it,
 * ends the program by SIGPIPE, as is the default for programs. */
int vv_out_end(int code);

/* From now on treats a reader that closes stdout early as one that read everything: for commands
 * called by git, which reports any other end as a failure. */
void vv_out_forgive_reader(void);

/* Has writing to stdout failed already? If so, long output may stop, with any exit code. */
bool vv_out_failed(void);

/* Colours. vv_color_on and vv_color_off return "" if stdout is not a terminal, NO_COLOR is set,
 * or TERM is dumb. */
typedef enum vv_color {
	VV_PLAIN,
	VV_BOLD,
	VV_DIM,
	VV_RED,
	VV_GREEN,
	VV_YELLOW,
	VV_BLUE,
	VV_CYAN
} vv_color;
void vv_color_choose(const char *when); /* "always", "never"; "auto" or NULL: the rule above */
const char *vv_color_on(vv_color c);
const char *vv_color_off(void);
bool vv_out_is_terminal(void);
unsigned vv_out_width(void);  /* columns of the terminal, COLUMNS, or 80 */
unsigned vv_out_height(void); /* lines of the terminal, or 24 */
unsigned vv_out_limit(
	/* the width at which lines are cut: as vv_out_width; 0 (no limit) in a pipe or file if
	 * COLUMNS is not set */
	void);

/* Sends stdout through the pager as Git does (GIT_PAGER, core.pager, PAGER, less
 * with LESS=FRX), when it is a terminal. Called by commands with long output. */
void vv_out_page(const char *core_pager_or_null);

/* Ends paging, for a program that continues: waits until the user has left the pager, and makes stdout the terminal
 * again. If the user leaves the pager early, this is not an error. */
void vv_out_page_end(void);

/* Redirects stdout to a file; empty: truncates the file, else appends to it. path NULL: ends the redirection, and returns an
 * error that occurred in writing the file. For a program that continues. */
vv_status vv_out_to(const char *path, bool empty, vv_error *err);

/* Begins to show progress on stderr if it is a terminal, after one second: rate and remaining
 * time. vv_progress_end ends it. */
const vv_progress *vv_progress_begin(void);
void vv_progress_end(void);
/* ends progress, and shows none until vv_progress_begin is called again */
void vv_progress_stop(void);

/* Notes, warnings and progress of the code below the commands, all on stderr: by vv_note,
 * vv_warn and vv_progress_begin. */
extern const vv_notes vv_notes_stderr;

#endif
