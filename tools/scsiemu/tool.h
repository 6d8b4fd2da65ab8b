/* SPDX-License-Identifier: BSD-2-Clause */
/* tool.h - the subcommands, and how the program ends. */
#ifndef TOOL_H
#define TOOL_H

enum {
	TOOL_GOOD,     /* every command ended with status GOOD */
	TOOL_NOT_GOOD, /* one did not */
	TOOL_TROUBLE   /* wrong use, or something cannot be opened or written */
};

/* The usage line on stderr and TOOL_TROUBLE. */
int tool_usage(const char *name);

/* argv[0] is the subcommand's name, argv[argc] is NULL. */
int conformance_main(int argc, char **argv);
int exec_main(int argc, char **argv);
int inspect_main(int argc, char **argv);
int library_main(int argc, char **argv);
int media_main(int argc, char **argv);
int pages_main(int argc, char **argv);
int run_main(int argc, char **argv); /* its status is the command's */

/* The options of media, for people. */
const char *media_help(void);

#endif
