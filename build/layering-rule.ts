import { relative, resolve, dirname, sep } from 'node:path';
import { AST_NODE_TYPES, ESLintUtils, type TSESTree } from '@typescript-eslint/utils';
import { layers } from './layers';

type Options = readonly [{ readonly root: string }];

interface Place {
  /** First folder below the root; null for a file at the root or outside. */
  readonly room: string | null;
  /** The folder within the room; null for a file that lies in the room itself. */
  readonly folder: string | null;
}

function placeOf(root: string, file: string): Place {
  const [room, ...rest] = relative(root, file).split(sep);
  if (room === undefined || room === '..' || rest.length === 0) return { room: null, folder: null };
  return { room, folder: rest.length > 1 ? (rest[0] ?? null) : null };
}

/**
 * Reports every import, export-from, import(), require() and import type that crosses rooms against the
 * table in layers.ts, and within a room that has them, folders. A file in a room or folder that the table does not
 * know is reported too, so that none can be opened without saying what it may import.
 */
export const layeringRule = ESLintUtils.RuleCreator.withoutDocs<
  Options,
  'room' | 'folder' | 'package' | 'unknown' | 'unknownFolder'
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
      package: "'{{from}}' may not import '{{name}}' (build/layers.ts).",
      folder: "'{{from}}' may not import from '{{to}}' (build/layers.ts).",
      unknownFolder: "'{{from}}' is not a folder of '{{room}}' in build/layers.ts.",
      unknown: "The room '{{from}}' is not in build/layers.ts.",
    },
  },
  create(context) {
    const root = context.options[0].root;
    const { room: from, folder } = placeOf(root, context.filename);
    if (from === null) return {};
    const layer = layers[from];
    const folders = layer?.folders;
    const mayImport = folders === undefined || folder === null ? undefined : folders[folder];

    /** An import within a room that has folders. */
    function checkFolder(node: TSESTree.Node, target: string | null): void {
      if (folders === undefined || from === null) return;
      const here = `${from}/${folder ?? ''}`;
      if (mayImport === undefined) {
        context.report({ node, messageId: 'unknownFolder', data: { from: here, room: from } });
        return;
      }
      if (target === folder || (target !== null && mayImport.includes(target))) return;
      context.report({ node, messageId: 'folder', data: { from: here, to: `${from}/${target ?? ''}` } });
    }

    function check(node: TSESTree.Node, specifier: unknown): void {
      if (typeof specifier !== 'string' || from === null) return;
      if (layer === undefined) {
        context.report({ node, messageId: 'unknown', data: { from } });
        return;
      }
      if (specifier.startsWith('.') || specifier.startsWith('/')) {
        const { room: to, folder: target } = placeOf(root, resolve(dirname(context.filename), specifier));
        if (to === from) {
          checkFolder(node, target);
          return;
        }
        const allowed = (to !== null && layer.rooms.includes(to)) || (to === null && from === 'test');
        if (!allowed) context.report({ node, messageId: 'room', data: { from, to: to ?? specifier } });
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
