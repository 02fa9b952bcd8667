/*
 * display_internal: the two families of formats: numbers and moments.
 */
#ifndef VV_DIFF_SPREADSHEET_DISPLAY_INTERNAL_H
#define VV_DIFF_SPREADSHEET_DISPLAY_INTERNAL_H

#include "diff/spreadsheet/display.h"
#include "diff/spreadsheet/number_text.h"

/* --- numbers --- */

#define DISPLAY_AROUND 16u /* room for the text around a number, with its NUL */
#define DISPLAY_FORMATS 48u

/* A number format, as far as cells show it. */
typedef struct display_number {
	enum { DISPLAY_PLAIN, DISPLAY_GENERAL, DISPLAY_SCIENTIFIC, DISPLAY_FRACTION } style;
	long places;                 /* PLAIN: digits behind the mark */
	bool percent;                /* the number shown is a hundred times the value */
	char mark;                   /* the decimal mark; 0: not shown */
	char around[DISPLAY_AROUND]; /* such as "€"; without blanks, signs and brackets */
	uint64_t hits;
} display_number;

typedef struct display_numbers {
	display_number formats[DISPLAY_FORMATS];
	size_t count;
	const display_number *chosen; /* NULL: none */
} display_numbers;

void display_numbers_learn(display_numbers *d, const vv_number_text *was, const char *is,
			   size_t len);
void display_numbers_settle(display_numbers *d, char mark);
vv_display_answer display_numbers_of(const display_number *f, const vv_number_text *was,
				     const char *is, size_t len);
/* Whether the format writes the value, which the older version has as s, in another way. */
bool display_number_changes(const display_number *f, const vv_number_text *n);
/* Reads the number that a text shows in a format. */
bool display_number_value(vv_number_text *out, const display_number *f, const char *is, size_t len);

/* --- moments --- */

/* A date, a time of day, or both. A time of day alone has the date 1899-12-30, with which
 * spreadsheets count. */
typedef struct display_moment {
	int year, month, day, hour, minute, second;
	bool has_date, has_time, has_second;
	char between; /* date and time: 'T' or a blank */
} display_moment;

/* What a number in a text can show. */
typedef enum display_field {
	FIELD_DAY,
	FIELD_MONTH,
	FIELD_YEAR,
	FIELD_SHORT_YEAR,
	FIELD_HOUR,
	FIELD_HALF_HOUR, /* 1 to 12 */
	FIELD_MINUTE,
	FIELD_SECOND,
	FIELD_WEEK,        /* ISO 8601 */
	FIELD_SUNDAY_WEEK, /* the first week has 1 January, weeks begin on Sundays */
	FIELD_MONDAY_WEEK, /* the same, weeks begin on Mondays */
	FIELD_QUARTER,
	FIELD_ERA_YEAR, /* of the Japanese calendar */
	FIELD_ZERO,     /* fractions of a second */
	FIELDS
} display_field;

/* What a word can depend on. */
typedef enum display_key {
	KEY_NONE,
	KEY_HALF,
	KEY_ERA,
	KEY_QUARTER,
	KEY_WEEKDAY,
	KEY_MONTH,
	KEYS
} display_key;

int display_moment_field(const display_moment *m, display_field f);
/* The value of a key, from 0. */
size_t display_moment_key(const display_moment *m, display_key k);
bool display_moment_read(display_moment *m, const char *s, size_t len);
/* Sets the date to this number of days after 1899-12-30: as spreadsheets show dates in the format
 * General. */
void display_moment_set_days(display_moment *m, long days);
/* The days with the time as their fraction, to 18 places. */
void display_moment_number(vv_number_text *out, const display_moment *m);
/* Appends the moment in the form of another: its date, time or both, with or without seconds. */
void display_moment_put(vv_buf *out, const display_moment *m, const display_moment *form);

typedef struct display_moments display_moments;
display_moments *display_moments_new(void);
void display_moments_free(display_moments *d);
bool display_moments_could(const display_moment *was, const char *is, size_t len);
void display_moments_learn(display_moments *d, const display_moment *was, const char *is,
			   size_t len);
bool display_moments_settle(display_moments *d); /* true: a format was found */
/* Whether the format shows all of moments of this form. Displays of a part are then those with a word
 * that no other cell has. */
bool display_moments_whole(const display_moments *d, const display_moment *form);
vv_display_answer display_moments_of(const display_moments *d, const display_moment *was,
				     const char *is, size_t len);
/* Reads the moment that a text shows; false: the text does not show all of it. */
bool display_moments_value(display_moment *out, const display_moments *d,
			   const display_moment *form, const char *is, size_t len);

#endif
