import { useApi } from '@backstage/frontend-plugin-api';
import {
  formFieldsApiRef,
  Stepper,
} from '@backstage/plugin-scaffolder-react/alpha';
import { Component, useMemo, type ReactNode } from 'react';
import {
  buildEditorFieldExtensions,
  toFieldExtensionOptions,
} from 'stock-part/EditorSubPage';
import { Problem } from '../../ui/Problem';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';

type Json = Record<string, unknown>;
type Manifest = Parameters<typeof Stepper>[0]['manifest'];

interface GuardProps {
  /** What is drawn; another one is tried anew. */
  drawn: string;
  children: ReactNode;
}

/** A form that cannot be drawn must not take the editor along. */
class Guard extends Component<GuardProps, { problem?: string }> {
  override state: { problem?: string } = {};

  static getDerivedStateFromError(thrown: unknown) {
    return {
      problem: thrown instanceof Error ? thrown.message : String(thrown),
    };
  }

  override componentDidUpdate(before: GuardProps) {
    if (before.drawn !== this.props.drawn && this.state.problem !== undefined) {
      this.setState({ problem: undefined });
    }
  }

  override render() {
    return this.state.problem === undefined ? (
      this.props.children
    ) : (
      <Problem>The form cannot be drawn: {this.state.problem}</Problem>
    );
  }
}

export interface FormPreviewProps {
  title: string;
  pages: Json[];
  onDryRun: (values: Json) => Promise<void>;
}

/** The form as whoever runs the template meets it; its end is a dry run. */
export function FormPreview({ title, pages, onDryRun }: FormPreviewProps) {
  const formFields = useApi(formFieldsApiRef);
  const { load, reload } = useLoad(async () => {
    const fields = await formFields.loadFormFields();
    return buildEditorFieldExtensions(fields.map(toFieldExtensionOptions));
  });
  const written = JSON.stringify(pages);
  const manifest = useMemo(() => {
    const steps = (JSON.parse(written) as Json[]).map((schema, at) => ({
      title: typeof schema.title === 'string' ? schema.title : `Page ${at + 1}`,
      schema,
    }));
    return { title, steps } as Manifest;
  }, [title, written]);
  return (
    <Loaded load={load} onRetry={reload} rows={5}>
      {extensions => (
        <Guard drawn={written}>
          <Stepper
            manifest={manifest}
            extensions={extensions}
            components={{
              createButtonText: 'Dry run',
              reviewButtonText: 'Review',
            }}
            onCreate={onDryRun}
          />
        </Guard>
      )}
    </Loaded>
  );
}
