/*
 * main: the program varve-sql: SQL over every version.
 */
#include "cmd/frame/tool.h"
#include "cmd/sql/commands.h"

int main(int argc, char **argv)
{
	static const vv_tool sql = {
		.called = "varve sql",
		.summary = "query tables and their versions in SQL",
		.otherwise = &vv_cmd_sql,
	};

	return vv_tool_main(&sql, argc, argv);
}
