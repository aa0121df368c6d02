// Stands in for the file of the same name in @backstage/plugin-api-docs (see build/stock-parts.mjs): there, the path of an
// operation is a link inside the button that opens the operation. Opening it puts the same place into the address.
import type { ComponentProps, ComponentType } from 'react';
import { OpenApiDefinition as StockOpenApiDefinition } from 'stock-part/OpenApiDefinition';
import './openApi.css';

interface Parts {
  getComponent: (name: string, ...more: unknown[]) => unknown;
}

function PlainText({ text }: { text?: string }) {
  return <span>{text}</span>;
}

const pathsAreNoLinks = () => ({
  wrapComponents: {
    OperationSummaryPath: (Stock: ComponentType<Parts>) =>
      function OperationSummaryPath(props: Parts) {
        const getComponent: Parts['getComponent'] = (name, ...more) =>
          name === 'DeepLink' ? PlainText : props.getComponent(name, ...more);
        return <Stock {...props} getComponent={getComponent} />;
      },
  },
});

/** An API's description, readable in both modes. */
export function OpenApiDefinition(
  props: ComponentProps<typeof StockOpenApiDefinition>,
) {
  return (
    <StockOpenApiDefinition
      {...props}
      plugins={[pathsAreNoLinks, ...(props.plugins ?? [])]}
    />
  );
}
