import { dirname, join, relative, resolve, sep } from 'node:path';
import { AST_NODE_TYPES, ESLintUtils, type TSESTree } from '@typescript-eslint/utils';
import { layers } from './layers';

type Options = readonly [{ readonly root: string }];

/** The room (first folder below the root) that a file is in, or null for a file at the root or outside. */
function roomOf(root: string, file: string): string | null {
  const parts = relative(root, file).split(sep);
  return parts.length > 1 && parts[0] !== '..' ? (parts[0] ?? null) : null;
}

function isBelow(folder: string, file: string): boolean {
  return file.startsWith(folder + sep);
}

/**
 * Reports every import, export-from, import(), require() and import type that crosses rooms, or goes up to the
 * top of its own, against the table in layers.ts. A room that the table does not know is reported too, so that one
 * cannot be opened without saying what it may import.
 */
export const layeringRule = ESLintUtils.RuleCreator.withoutDocs<
  Options,
  'room' | 'top' | 'package' | 'unknown'
>({
  meta: {
    type: 'problem',
    defaultOptions: [{ root: '.' }],
    schema: [
      {
        type: 'object',
        properties: { root: { type: 'string' } },
        required: ['root'],
        additionalProperties: false,
      },
    ],
    messages: {
      room: "'{{from}}' may not import from '{{to}}' (build/layers.ts).",
      top: "Only '{{top}}' itself and other rooms may import from '{{top}}' (build/layers.ts).",
      package: "'{{from}}' may not import '{{name}}' (build/layers.ts).",
      unknown: "The room '{{from}}' is not in build/layers.ts.",
    },
  },
  create(context) {
    const root = context.options[0].root;
    const from = roomOf(root, context.filename);
    if (from === null) return {};
    const layer = layers[from];

    function check(node: TSESTree.Node, specifier: unknown): void {
      if (typeof specifier !== 'string' || from === null) return;
      if (layer === undefined) {
        context.report({ node, messageId: 'unknown', data: { from } });
        return;
      }
      if (specifier.startsWith('.') || specifier.startsWith('/')) {
        const target = resolve(dirname(context.filename), specifier);
        const to = roomOf(root, target);
        const allowed =
          to === from || (to !== null && layer.rooms.includes(to)) || (to === null && from === 'test');
        if (!allowed) context.report({ node, messageId: 'room', data: { from, to: to ?? specifier } });
        if (to !== from || layer.top === undefined) return;
        const top = `${from}/${layer.top}`;
        if (isBelow(join(root, top), target) && !isBelow(join(root, top), context.filename)) {
          context.report({ node, messageId: 'top', data: { top } });
        }
        return;
      }
      const name = specifier.startsWith('node:')
        ? specifier
        : specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/');
      if (layer.packages !== 'any' && !layer.packages.includes(name)) {
        context.report({ node, messageId: 'package', data: { from, name } });
      }
    }

    const literal = (node: TSESTree.Node | null | undefined): unknown =>
      node?.type === AST_NODE_TYPES.Literal ? node.value : undefined;

    return {
      ImportDeclaration: (node) => {
        check(node, node.source.value);
      },
      ExportAllDeclaration: (node) => {
        check(node, node.source.value);
      },
      ExportNamedDeclaration: (node) => {
        check(node, literal(node.source));
      },
      ImportExpression: (node) => {
        check(node, literal(node.source));
      },
      TSImportType: (node) => {
        check(node, literal(node.source));
      },
      TSExternalModuleReference: (node) => {
        check(node, literal(node.expression));
      },
      CallExpression: (node) => {
        if (node.callee.type === AST_NODE_TYPES.Identifier && node.callee.name === 'require') {
          check(node, literal(node.arguments[0]));
        }
      },
    };
  },
});
