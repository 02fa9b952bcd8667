/*
 * unseen: knows the first bytes of each kind.
 */
#include "dataset/read/unseen.h"

#include <string.h>

#include "base/text.h"

const vv_unseen *vv_unseen_find(const char *head, size_t len)
{
	static const char shared[] = ": versions share nothing and cannot be compared";
	static const vv_unseen known[] = {
		{"\x1f\x8b", 2, "compressed", shared, "varve convert ", " OUT.csv"},
		{"\x28\xb5\x2f\xfd", 4, "compressed", shared, "varve convert ", " OUT.csv"},
		{"\xfd"
		 "7zXZ",
		 6, "compressed", shared, "xz -dc ", " | varve convert - OUT.csv"},
		{"BZh", 3, "compressed", shared, "bzip2 -dc ", " | varve convert - OUT.csv"},
		{"PK\3\4", 4, "a ZIP archive or a workbook", "; of a workbook",
		 "soffice --headless --convert-to csv ", ""},
		{"\xd0\xcf\x11\xe0", 4, "an old workbook", "",
		 "soffice --headless --convert-to csv ", ""},
		{"PAR1", 4, "a Parquet file", "", "duckdb -csv -c \"from '", "'\" > OUT.csv"},
		{"SQLite format 3", 16, "an SQLite database", "", "sqlite3 -header -csv ",
		 " \"select * from TABLE\" > OUT.csv"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (len >= known[i].len && memcmp(head, known[i].magic, known[i].len) == 0 &&
		    (head[0] != 'B' || (len >= 10 && memcmp(head + 4, "1AY&SY", 6) == 0))) {
			return &known[i];
		}
	}
	return NULL;
}

void vv_unseen_put_command(vv_buf *out, const vv_unseen *u, const char *path)
{
	vv_buf_printf(out, "'%s%s%s'", u->command, vv_text_shows(path), u->after);
}
